"""Reads a service's facts from the topics up to one moment, folds them, and compares."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from cli.doctor.copies import reads
from cli.doctor.places import Lane
from cli.doctor.snapshot import PAGE, Snapshot, fetched, snapshot
from cli.replay import comparing, scratch
from cli.replay.comparing import Difference
from cli.replay.folding import fold_of
from cli.replay.tables import COMPARED
from jembatan.client import Event, Unknown, cluster
from jembatan.client.raw import Reader
from jembatan.client.received import receive
from jembatan.client.subscriber import Place
from jembatan.contracts.envelope import STRUCTURED
from jembatan.contracts.events import language
from jembatan.engine.records import EPOCH, Record
from jembatan.engine.roles import identifier

HEARD = """
SELECT noun, subject, sequence FROM {schema}.heard
WHERE topic = $1 AND (noun, subject) IN (SELECT * FROM unnest($2::text[], $3::text[]))
"""
HEADERS = (("content-type", STRUCTURED.encode()),)
MOST = 50
EVERY = 2.0
Say = Callable[[str], None]


@dataclass(slots=True)
class Replayed:
    """What came of it: facts folded, rows compared, and where they differ; of many, the first are named."""

    facts: int = 0
    unreadable: int = 0
    rows: int = 0
    count: Counter[str] = field(default_factory=Counter)
    named: list[Difference] = field(default_factory=list)

    def add(self, difference: Difference) -> None:
        self.count[difference.table] += 1
        if len(self.named) < MOST:
            self.named.append(difference)

    @property
    def is_same(self) -> bool:
        return not self.count and not self.unreadable


class Undone(Exception):
    """Ends the transaction, and the scratch schema with it."""


@dataclass(slots=True)
class Replay:
    """One run for one service."""

    kafka: str
    postgres: str
    service: str
    say: Say
    keep: bool = False
    result: Replayed = field(default_factory=Replayed)
    _told_at: float = field(default_factory=monotonic)

    async def run(self) -> Replayed:
        """Fold and compare; the scratch schema is gone afterwards, unless it is to be kept."""
        topics = (await cluster(self.kafka)).partitions
        async with Reader(self.kafka) as reader:
            try:
                async with snapshot(self.postgres, reader, self.service, topics, readonly=False) as taken:
                    await scratch.make(taken.connection, self.service)
                    await self._fold(taken, reader, topics)
                    await self._compare(taken)
                    if not self.keep:
                        raise Undone
            except Undone:
                pass
        return self.result

    async def _fold(self, taken: Snapshot, reader: Reader, topics: Mapping[str, int]) -> None:
        fold = fold_of(self.service, topics[f"{self.service}.facts"])
        for topic, nouns in reads(self.service).items():
            async for records in _of_others(reader, topic, topics[topic]):
                events = [one for one in self._read(records) if one.noun in nouns]
                await fold.save(taken.connection, await _heard(taken, topic, events))
        for topic in fold.topics:
            for lane in (one for one in taken.lanes if one.topic == topic):
                async for records in _of_lane(taken, reader, lane):
                    await fold.save(taken.connection, self._read(records))

    def _read(self, records: Sequence[Record]) -> list[Event]:
        found = receive(records, language())
        self.result.unreadable += sum(isinstance(one, Unknown) for one in found)
        events = [one for one in found if isinstance(one, Event)]
        self.result.facts += len(events)
        if monotonic() - self._told_at > EVERY:
            self._told_at = monotonic()
            self.say(f"{self.result.facts} facts folded")
        return events

    async def _compare(self, taken: Snapshot) -> None:
        for table in COMPARED[self.service]:
            self.say(f"comparing {table.name}")
            self.result.rows += await comparing.count(taken.connection, self.service, table)
            async for one in comparing.differences(taken.connection, self.service, table):
                self.result.add(one)


async def _of_others(reader: Reader, topic: str, partitions: int) -> AsyncIterator[list[Record]]:
    places = [(topic, number) for number in range(partitions)]
    for place, bounds in (await reader.bounds(places)).items():
        if bounds.end > bounds.first:
            async for records in reader.records(place, bounds.first, bounds.end):
                yield records


async def _of_lane(taken: Snapshot, reader: Reader, lane: Lane) -> AsyncIterator[list[Record]]:
    """What is published, and then what waits in the outbox: together all that is decided, and no more."""
    place: Place = lane.topic, lane.partition
    end = min(lane.end, lane.head)
    if end > lane.first:
        async for records in reader.records(place, lane.first, end):
            yield records
    for after in range(lane.end, lane.head, PAGE):
        rows = await taken.rows(*place, after, min(after + PAGE, lane.head))
        yield [Record(*place, row.place - 1, EPOCH, None, row.value, HEADERS) for row in rows.values()]


async def _heard(taken: Snapshot, topic: str, events: Sequence[Event]) -> list[Event]:
    """Those facts of another service that this one has heard."""
    pairs = sorted({(one.noun, one.subject) for one in events})
    sql = HEARD.format(schema=identifier(taken.service))
    columns = [noun for noun, _ in pairs], [subject for _, subject in pairs]
    rows = await fetched(taken.connection, sql, topic, *columns)
    last = {(row["noun"], row["subject"]): row["sequence"] for row in rows}
    return [one for one in events if one.sequence <= last.get((one.noun, one.subject), 0)]
