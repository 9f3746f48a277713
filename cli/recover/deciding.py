"""Decides again what the topics tell was decided, in their order, and compares fact by fact.

The places of a lane give the order of its facts, and the offsets of an input that of its records; a cause is
taken only when each of its facts that is published is the next of its lane. What is decided is compared with
what lies there, id and content, before it is committed. Where nothing fits, the next fact is folded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from cli.recover import folding, published
from cli.recover.candidates import Candidate, Sort, may_be_next
from cli.recover.published import Lane
from cli.recover.told import Told
from cli.recover.turns import Turns
from jembatan.engine.decision import INTERNAL, Made
from jembatan.engine.platform_errors import Blame, blame
from jembatan.engine.service import Connection

FITS = """
SELECT o.topic, o.partition, o.place, p.id IS NOT NULL AS taken,
    p.id = o.id AND p.value = o.value AND p.key IS NOT DISTINCT FROM o.key AS same
FROM unnest($1::text[], $2::int[], $3::bigint[]) AS t (topic, partition, head)
JOIN outbox AS o ON (o.topic, o.partition) = (t.topic, t.partition) AND o.place > t.head
LEFT JOIN published AS p ON (p.topic, p.partition, p.place) = (o.topic, o.partition, o.place)
ORDER BY 1, 2, 3
"""
EVERY = 2.0
Say = Callable[[str], None]


class Misfit(Exception):
    """What was decided is not what lies at its place; `lane`: where."""

    def __init__(self, lane: Lane, why: str) -> None:
        super().__init__(why)
        self.lane = lane


@dataclass
class Again:
    """One service, decided again in its copy. `heads`: how far each lane is; `ends`: how far it is to be."""

    turns: Turns
    heads: dict[Lane, int]
    ends: dict[Lane, int]
    say: Say
    told: Told = field(default_factory=Told)
    _told_at: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        self._fold = folding.fold_of(self.turns.service)
        self._pool = self.turns.pool
        self._folded = self.turns.folded

    async def run(self) -> Told:
        """Until everything that is published is in the copy."""
        while self._open():
            if not (await self._step() or await self._fold_next()):
                raise RuntimeError("nothing fits, and nothing is left to be folded")
            self._tell()
        return self.told

    def _open(self) -> list[Lane]:
        return [lane for lane, end in sorted(self.ends.items()) if self.heads[lane] < end]

    def _tell(self) -> None:
        if monotonic() - self._told_at > EVERY:
            self._told_at = monotonic()
            left = sum(self.ends[lane] - self.heads[lane] for lane in self._open())
            self.say(f"{self.told.decided} decided again, {left} facts to go")

    async def _step(self) -> bool:
        """Decide the first that fits, in the order of time."""
        if await self._fold_what_follows():
            return True
        for candidate in await self.turns.candidates():
            if self._is_next(candidate) and await self._try(candidate):
                return True
        return False

    def _is_next(self, candidate: Candidate) -> bool:
        if candidate.names & self._folded.causes:
            return all(one.place <= self.heads[one.lane] for one in candidate.lies)
        return not candidate.failed and may_be_next(candidate, self.heads, self.ends)

    async def _try(self, candidate: Candidate) -> bool:
        try:
            made = await self._made(candidate)
        except Misfit as why:
            candidate.blocked = why.lane
            return False
        except Exception as error:
            # A page or a deadline can rest on what was folded; that one is not decided again.
            if blame(error) is Blame.PLATFORM or candidate.sort is Sort.RECORD:
                raise
            candidate.failed = True
            return False
        self.told.decided += not candidate.names & self._folded.causes
        self.turns.done(candidate, made)
        return True

    async def _made(self, candidate: Candidate) -> Made:
        async with self._pool.acquire() as connection, connection.transaction():
            made = await candidate.attempt(connection)
            placed = await self._fits(connection, made)
        self.heads |= {lane: max(place, self.heads[lane]) for lane, place, _ in placed}
        for lane, _, taken in placed:
            self.told.same += taken
            self.told.anew[lane[0]] += not taken
        return made

    async def _fits(self, connection: Connection, made: Made) -> list[tuple[Lane, int, bool]]:
        lanes = sorted(made.placed)
        columns = [[t for t, _ in lanes], [p for _, p in lanes], [self.heads[lane] for lane in lanes]]
        rows = await connection.fetch(FITS, *columns) if lanes else []
        for row in rows:
            if row["taken"] and not row["same"]:
                lane = row["topic"], row["partition"]
                raise Misfit(lane, f"place {row['place']} of {lane[0]}/{lane[1]} has something else")
        return [((row["topic"], row["partition"]), row["place"], row["taken"]) for row in rows]

    async def _fold_what_follows(self) -> bool:
        """A cause that was folded once is folded to its end."""
        if not self._folded.causes:
            return False
        for lane in self._open():
            row = await self._next(lane)
            if row["cause"] in self._folded.causes:
                await self._fold_row(row)
                return True
        return False

    async def _fold_next(self) -> bool:
        """Nothing fits: fold the fact of a cause whose turn has come, or else the earliest."""
        rows = [await self._next(lane) for lane in self._open()]
        turns = {name for one in self.turns.known for name in one.names}
        rows.sort(
            key=lambda row: (row["cause"] not in turns, row["appended"], row["topic"], row["partition"])
        )
        if rows:
            await self._fold_row(rows[0])
        return bool(rows)

    async def _next(self, lane: Lane) -> Any:  # noqa: ANN401
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow(published.AT, *lane, self.heads[lane] + 1)
        assert row is not None
        return row

    async def _fold_row(self, row: Any) -> None:  # noqa: ANN401
        async with self._pool.acquire() as connection, connection.transaction():
            event = await folding.fold(connection, self._fold, row)
        self.heads[row["topic"], row["partition"]] = row["place"]
        self._folded.causes.add(row["cause"])
        if event.name == folding.REFUSAL and event.data.title == INTERNAL.code:
            self._folded.left_open.add(row["cause"])
        title = next((one.title for one in self.turns.known if row["cause"] in one.names), row["cause"])
        what = f"{event.name} of {event.subject} ({row['topic']}/{row['partition']}, place {row['place']})"
        self.told.folded.setdefault(title, []).append(what)
