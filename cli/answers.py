"""What reports became: facts and refusals, found by the coordinates of their cause."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
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
    """The answers to some records, as they come."""

    wanted: frozenset[Cause]
    found: dict[Cause, list[Event]] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        cause = cause_of(event)
        if cause is not None and cause in self.wanted:
            self.found.setdefault(cause, []).append(event)

    @property
    def is_complete(self) -> bool:
        return len(self.found) == len(self.wanted)

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


async def wait_for(
    bootstrap: str, wanted: Iterable[Cause], starts: Mapping[Place, int], timeout: float
) -> Answers:
    """The answers that come within `timeout` seconds, read from `starts` on.

    A report's facts may be in several topics, each published by itself, so a moment is waited after the
    first answer to the last report.
    """
    answers = Answers(frozenset(wanted))
    async with Subscriber(bootstrap, {topic for topic, _ in starts}, from_=starts) as subscriber:
        reading = asyncio.create_task(_read(subscriber, answers))
        try:
            async with asyncio.timeout(timeout):
                await _until_complete(answers, reading)
        except TimeoutError:
            return answers
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
    return answers


async def _read(subscriber: Subscriber, answers: Answers) -> None:
    async for event in subscriber:
        answers.take(event)


async def _until_complete(answers: Answers, reading: asyncio.Task[None]) -> None:
    while not answers.is_complete:
        await asyncio.wait({reading}, timeout=TICK)
        if reading.done():
            reading.result()
    await asyncio.sleep(GRACE)
