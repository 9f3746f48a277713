"""One pass over a service's output topics and what waits in its outbox, at flat memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from cli.doctor import personal, places
from cli.doctor.answers import Answers
from cli.doctor.copies import Copies
from cli.doctor.finding import Finding, Found
from cli.doctor.places import Lane
from cli.doctor.sequences import Sequences
from cli.doctor.snapshot import PAGE, Connection, Snapshot
from cli.doctor.told import Told, told
from jembatan.client.raw import Reader
from jembatan.engine.records import Record

CANDIDATES = "SELECT id FROM matching.candidate WHERE id = ANY($1)"
NUMBERED = "SELECT topic, noun, subject, sequence FROM numbered"
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Scan:
    """What sees the facts of one service; `progress` is told how many it has seen."""

    taken: Snapshot
    reader: Reader
    found: Found
    sequences: Sequences
    answers: Answers
    copies: Sequence[Copies]
    progress: Progress
    candidates: Connection | None

    async def run(self) -> None:
        """Every lane, then what PostgreSQL has numbered."""
        for lane in self.taken.lanes:
            self.found.add(places.ends(lane))
            await self._published(lane)
            await self._waiting(lane)
        async for row in self.taken.each(NUMBERED):
            self.found.add(self.sequences.numbered(*row.values()))
        self.found.add(self.sequences.rest())

    async def _published(self, lane: Lane) -> None:
        after = lane.first
        async for facts in self._topic(lane):
            if after == lane.first and facts[0].place > after + 1:
                after = await self._began(lane, facts[0].place - 1)
            rows = await self.taken.rows(lane.topic, lane.partition, after, facts[-1].place)
            self.found.add(places.published(lane, after, facts, rows))
            await self._see(facts)
            after = facts[-1].place
        self.found.add(places.gap(lane, after))

    async def _began(self, lane: Lane, after: int) -> int:
        """Where the kept records begin: retention may have removed more since the bounds were read."""
        place = lane.topic, lane.partition
        return min(after, (await self.reader.bounds([place]))[place].first)

    async def _topic(self, lane: Lane) -> AsyncIterator[list[Told]]:
        if lane.end > lane.first:
            async for batch in self.reader.records((lane.topic, lane.partition), lane.first, lane.end):
                yield [_told(record) for record in batch]

    async def _waiting(self, lane: Lane) -> None:
        after = lane.end
        while True:
            upto = max(lane.head, after) if lane.head - after <= PAGE else after + PAGE
            last = upto >= lane.head
            rows = await self.taken.rows(lane.topic, lane.partition, after, 2**62 if last else upto)
            self.found.add(places.waiting(lane, after, upto, rows))
            ours = [row for row in rows.values() if row.place <= lane.head]
            await self._see([told(lane.topic, lane.partition, row.place, row.value) for row in ours])
            if last:
                return
            after = upto

    async def _see(self, facts: Sequence[Told]) -> None:
        for fact in facts:
            self.found.add(self._one(fact))
        self.found.add(await self._in_public(facts))
        self.progress(len(facts))

    def _one(self, fact: Told) -> list[Finding]:
        for copies in self.copies:
            copies.see(fact)
        service = self.taken.service
        return [*self.sequences.see(fact), *self.answers.see(fact), *personal.fields(service, fact)]

    async def _in_public(self, facts: Sequence[Told]) -> list[Finding]:
        public = [fact for fact in facts if fact.topic.endswith(".public")]
        if not public or self.candidates is None:
            return []
        words = sorted(set().union(*map(personal.words, public)))
        rows = await self.candidates.fetch(CANDIDATES, words)
        return list(personal.named(self.taken.service, public, {row["id"] for row in rows}))


def _told(record: Record) -> Told:
    return told(record.topic, record.partition, record.offset + 1, record.value)
