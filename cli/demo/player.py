"""Plays an example as outside reporters would: through Kafka, and by what is read back from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

import asyncpg

from cli.answers import Cause, fact_topics
from cli.demo.answering import answers
from cli.demo.example import Scene
from cli.demo.journal import Journal
from cli.demo.placing import placings, selection
from cli.demo.quiet import standing
from cli.demo.reports import Report, Wave
from cli.demo.story.known import Known
from cli.exits import Exit, Failed
from jembatan.client import Event, Place, Publisher, Subscriber
from jembatan.contracts.registry import SERVICES
from jembatan.engine.records import EPOCH

POLL = 0.1
STILL = 4
"""So many looks in a row must find the platform quiet after time went on: what is due begins by itself."""
WITHIN = 45.0
FEW = 10


class NotCome(Failed):
    """Something that the example expects did not come."""

    def __init__(self, *lines: str) -> None:
        super().__init__(Exit.NO, *lines)


@dataclass(slots=True)
class Player:
    """Sends an example's scenes, one after the other, and gives what the topics said to each."""

    publisher: Publisher
    database: asyncpg.Connection[asyncpg.Record]
    sources: Mapping[str, str]
    journal: Journal
    reading: asyncio.Task[None]
    sent: dict[Place, int] = field(default_factory=dict)
    time: datetime = EPOCH

    async def play(self, scene: Scene, known: Known) -> list[Event]:
        """Send a scene's reports, move time on, and return what was read once all is quiet.

        `known` is what was read before; answers to offers follow from it. Raises `NotCome`.
        """
        for wave in scene.waves:
            await self._send(wave)
        for wave in self._made(scene, known):
            await self._send(wave)
        await self._tick(scene.until)
        await self._until(lambda: _missing(scene.awaits, self.journal), STILL)
        return self.journal.told()

    def _made(self, scene: Scene, known: Known) -> list[Wave]:
        """What follows from what was read before."""
        made = selection(scene.selection, known, self.sources) if scene.selection else []
        made += answers(scene.answers, known, self.sources) if scene.answers else []
        return made + placings(scene.placing, known, self.sources)

    async def _send(self, wave: Wave) -> None:
        tasks = [await self.publisher.post(one.topic, one.encoded, one.id, one.time) for one in wave.reports]
        causes: dict[Cause, Report] = {}
        for report, sent in zip(wave.reports, await asyncio.gather(*tasks), strict=True):
            causes[sent.topic, sent.partition, sent.offset] = report
            place = sent.topic, sent.partition
            self.sent[place] = max(self.sent.get(place, 0), sent.offset + 1)
        await self._until(lambda: _unanswered(causes, self.journal), 1)
        if refused := _wrongly_refused(causes, self.journal):
            raise NotCome("Reports that the example generates were refused:", *refused[:FEW])

    async def _tick(self, at: datetime) -> None:
        await self.publisher.tick(at)
        self.time = at

    async def _until(self, missing: Callable[[], list[str]], still: int) -> None:
        """Return when nothing is missing and the platform was quiet so many times in a row."""
        deadline, quiet = monotonic() + WITHIN, 0
        while quiet < still:
            lacking = await self._lacking(missing)
            quiet = 0 if lacking else quiet + 1
            if lacking and monotonic() > deadline:
                raise NotCome(
                    f"This did not come within {WITHIN:.0f} s:", *(f"  {one}" for one in lacking[:FEW])
                )
            if quiet < still:
                await asyncio.sleep(POLL)

    async def _lacking(self, missing: Callable[[], list[str]]) -> list[str]:
        if self.reading.done():
            self.reading.result()
            raise NotCome("Reading the topics ended too early.")
        if self.journal.unreadable:
            one = self.journal.unreadable[0]
            raise NotCome(f"{one.record.topic} holds what is no event: {one.reasons[0].detail}")
        now = await standing(self.database)
        if now.halted:
            raise NotCome(*now.halted)
        return [*missing(), *now.waits(self.sent, self.journal.read_to, self.time)]


def _missing(awaits: Iterable[tuple[str, str]], journal: Journal) -> list[str]:
    return [f"{name} of {subject}" for name, subject in awaits if (name, subject) not in journal.seen]


def _wrongly_refused(causes: Mapping[Cause, Report], journal: Journal) -> list[str]:
    return [
        f"  {report.place}: {report.name} of {report.subject}: {journal.refused[cause].detail}"
        for cause, report in causes.items()
        if report.must and cause in journal.refused
    ]


def _unanswered(causes: Mapping[Cause, Report], journal: Journal) -> list[str]:
    return [
        f"an answer to {report.name} of {report.subject} ({report.place})"
        for cause, report in causes.items()
        if cause not in journal.answered
    ]


@asynccontextmanager
async def player(kafka: str, postgres: str, sources: Mapping[str, str]) -> AsyncIterator[Player]:
    """A player on a running platform; it reads every topic of facts and refusals from the start."""
    journal = Journal()
    topics = [*fact_topics(SERVICES), *(f"{service}.refusals" for service in SERVICES)]
    database = await asyncpg.connect(postgres, timeout=10, command_timeout=20)
    try:
        async with (
            Subscriber(kafka, topics, from_="earliest") as subscriber,
            Publisher(kafka, "urn:jembatan:demo") as publisher,
        ):
            reading = asyncio.create_task(_read(subscriber, journal))
            try:
                yield Player(publisher, database, sources, journal, reading)
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
    finally:
        await database.close(timeout=10)


async def _read(subscriber: Subscriber, journal: Journal) -> None:
    async for one in subscriber.received():
        journal.take(one)
