"""What reports became: facts and refusals, found by the coordinates of their cause."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from jembatan.client import Event, Place, Subscriber
from jembatan.contracts.envelope import CausedEnvelope
from jembatan.contracts.refusal import Refusal
from jembatan.contracts.registry import FACTS

GRACE = 0.7
TICK = 0.05
Cause = tuple[str, int, int]
"""Topic, partition and offset of a record."""


@dataclass(slots=True)
class Answers:
    """What is known to have come from records, as far as it has been read."""

    found: dict[Cause, list[Event]] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        cause = cause_of(event)
        if cause is not None:
            self.found.setdefault(cause, []).append(event)

    def has(self, causes: Iterable[Cause]) -> bool:
        """Whether each of these records has an answer."""
        return all(cause in self.found for cause in causes)

    def of(self, cause: Cause) -> list[Event]:
        """The answers to one record, in the order of their subjects' numbers."""
        return sorted(self.found.get(cause, []), key=lambda event: (event.at, event.sequence))

    def is_refused(self, cause: Cause) -> bool:
        return any(isinstance(event.data, Refusal) for event in self.of(cause))


def cause_of(event: Event) -> Cause | None:
    """Where the record lies that a fact or refusal comes from; None if it came from none."""
    caused = event.envelope
    if not isinstance(caused, CausedEnvelope) or caused.causetopic is None or caused.causepartition is None:
        return None
    return (caused.causetopic, caused.causepartition, int(caused.causeoffset or 0))


def output_topics(services: Iterable[str]) -> list[str]:
    """Where these services' facts and refusals are."""
    wanted = set(services)
    return sorted([*fact_topics(wanted), *(f"{service}.refusals" for service in wanted)])


def fact_topics(services: Iterable[str]) -> list[str]:
    """Where these services' facts are."""
    wanted = set(services)
    return sorted({event.topic for event in FACTS.values() if event.service in wanted})


@asynccontextmanager
async def answering(bootstrap: str, starts: Mapping[Place, int]) -> AsyncIterator[Waiting]:
    """Read answers from `starts` on for as long as the context is open."""
    async with Subscriber(bootstrap, {topic for topic, _ in starts}, from_=starts) as subscriber:
        answers = Answers()
        reading = asyncio.create_task(_read(subscriber, answers))
        try:
            yield Waiting(answers, reading)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Answers that are being read."""

    answers: Answers
    reading: asyncio.Task[None]

    async def until(self, causes: Sequence[Cause], timeout: float, grace: float = GRACE) -> bool:
        """Wait until each record is answered; False if one is not within `timeout` seconds.

        A report's facts may be in several topics, each published by itself, so `grace` more seconds are
        waited after the first answer to the last record.
        """
        try:
            async with asyncio.timeout(timeout):
                while not self.answers.has(causes):
                    await asyncio.wait({self.reading}, timeout=TICK)
                    if self.reading.done():
                        self.reading.result()
        except TimeoutError:
            return False
        await asyncio.sleep(grace)
        return True


async def _read(subscriber: Subscriber, answers: Answers) -> None:
    async for event in subscriber:
        answers.take(event)
