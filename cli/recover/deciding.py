"""Decides again what the topics tell was decided, in their order, and compares fact by fact.

The places of a lane give the order of its facts, and the offsets of an input that of its records; a cause is
taken only when each of its facts that is published is the next of its lane. What is decided is compared with
what lies there, id and content, before it is committed. Where nothing fits, the next fact is folded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any

import asyncpg

from cli.recover import folding, published
from cli.recover.candidates import Candidate, Sort, may_be_next, names
from cli.recover.inputs import Input, Inputs
from cli.recover.published import Lane
from jembatan.contracts.deciding import Input as Item
from jembatan.engine import claims, jobs, positions
from jembatan.engine.decision import INTERNAL, TOO_LARGE, Decider, Failure, Made
from jembatan.engine.entry import Cause
from jembatan.engine.intake import Taken
from jembatan.engine.outbox import TooLarge
from jembatan.engine.platform_errors import Blame, blame
from jembatan.engine.records import EPOCH, LATEST
from jembatan.engine.service import Connection, Job, Service
from jembatan.engine.tender import deadline_cause, page_cause

FITS = """
SELECT o.topic, o.partition, o.place, p.id IS NOT NULL AS taken,
    p.id = o.id AND p.value = o.value AND p.key IS NOT DISTINCT FROM o.key AS same
FROM unnest($1::text[], $2::int[], $3::bigint[]) AS t (topic, partition, head)
JOIN outbox AS o ON (o.topic, o.partition) = (t.topic, t.partition) AND o.place > t.head
LEFT JOIN published AS p ON (p.topic, p.partition, p.place) = (o.topic, o.partition, o.place)
ORDER BY 1, 2, 3
"""
OPEN_JOBS = "SELECT kind, subject, page, at FROM job WHERE NOT done ORDER BY at, kind, subject"
DUE = 500
EVERY = 2.0
Say = Callable[[str], None]


class Misfit(Exception):
    """What was decided is not what lies at its place; `lane`: where."""

    def __init__(self, lane: Lane, why: str) -> None:
        super().__init__(why)
        self.lane = lane


@dataclass(slots=True)
class Told:
    """What came of it. `folded`: causes whose facts were folded, with their facts; `lost`: what is gone."""

    decided: int = 0
    same: int = 0
    anew: Counter[str] = field(default_factory=Counter)
    folded: dict[str, list[str]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    @property
    def facts_folded(self) -> int:
        return sum(map(len, self.folded.values()))


@dataclass
class Again:
    """One service, decided again in its copy."""

    service: Service
    decider: Decider
    pool: asyncpg.Pool[asyncpg.Record]
    inputs: Inputs
    heads: dict[Lane, int]
    ends: dict[Lane, int]
    report_topics: Sequence[str]
    simulated: bool
    say: Say
    told: Told = field(default_factory=Told)
    _records: dict[tuple[str, int], Candidate] = field(default_factory=dict)
    _others: dict[str, Candidate] = field(default_factory=dict)
    _without: set[str] = field(default_factory=set)
    _prepared: dict[str, object] = field(default_factory=dict)
    _by_folding: set[str] = field(default_factory=set)
    _left_open: set[str] = field(default_factory=set)
    _told_at: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        self._fold = folding.fold_of(self.service)

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

    # One step

    async def _step(self) -> bool:
        """Decide the first that fits, in the order of time."""
        if await self._fold_what_follows():
            return True
        found = await self._candidates()
        for candidate in sorted(found, key=lambda one: one.order):
            turn = not candidate.failed and may_be_next(candidate, self.heads, self.ends)
            if turn and await self._try(candidate):
                return True
        return False

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
        self._count(candidate, made)
        return True

    async def _made(self, candidate: Candidate) -> Made:
        async with self.pool.acquire() as connection, connection.transaction():
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

    def _count(self, candidate: Candidate, made: Made) -> None:
        self.told.decided += 1
        if candidate.sort is Sort.RECORD:
            origin = candidate.cause.origin
            assert origin.topic is not None and origin.partition is not None
            one = next(i for i in self.inputs.all if i.source == (origin.topic, origin.partition))
            self.inputs.passed(one)
            del self._records[one.source]
        else:
            self._others.pop(candidate.cause.key, None)
            self._prepared.pop(candidate.cause.key, None)
            if not made.numbered:
                self._without.add(candidate.cause.key)

    # What may come next

    async def _candidates(self) -> list[Candidate]:
        for one in self.inputs.all:
            if one.source not in self._records and not one.is_over:
                await self._look(one)
        found = list(self._records.values())
        async with self.pool.acquire() as connection:
            found += await self._deadlines(connection)
            found += await self._pages(connection)
        return found

    async def _look(self, one: Input) -> None:
        move = await self.inputs.look(one)
        async with self.pool.acquire() as connection:
            if move is not None:
                source = {move.source: move.before}, {move.source: move.after}
                async with connection.transaction():
                    await positions.move(connection, *source)
            if one.next is not None:
                self._records[one.source] = await self._placed(connection, self._record(one, one.next))

    def _record(self, one: Input, taken: Taken) -> Candidate:
        async def attempt(connection: Connection) -> Made:
            await positions.move(connection, {one.source: one.place}, {one.source: self.inputs.after(one)})
            if self._by_folding & known:
                return await self._answered(connection, taken)
            return await self._batch(connection, taken)

        known = names(self.service.name, taken.cause)
        what = taken.item.type if taken.item else "a record that is refused"
        title = f"{what} of {taken.about.subject or taken.cause.key} ({taken.cause.key})"
        return Candidate(Sort.RECORD, taken.cause, known, title, attempt, order=taken.record.at)

    async def _batch(self, connection: Connection, taken: Taken) -> Made:
        failure: Failure | None = None
        try:
            async with connection.transaction():
                return await self.decider.batch(connection, [taken], None)
        except TooLarge:
            failure = TOO_LARGE
        except Exception as error:
            if blame(error) is Blame.PLATFORM:
                raise
            failure = INTERNAL
        return await self.decider.batch(connection, [taken], failure)

    async def _answered(self, connection: Connection, taken: Taken) -> Made:
        """A record whose facts were folded: known from now on, and not decided."""
        if taken.key is not None and not self._left_open & names(self.service.name, taken.cause):
            await claims.claim(connection, {taken.key: (taken.fingerprint, taken.cause.at)})
        if taken.heard is not None and taken.item is not None:
            await claims.hear(connection, {taken.heard: taken.item.sequence})
            await self._copy(connection, taken.item)
        return Made()

    async def _copy(self, connection: Connection, item: Item) -> None:
        """Keep what another service's fact says of its own subject."""
        world = await self.service.store.load(connection, [item])
        for note in getattr(self.service.domain.decide(world, item), "notes", ()):
            self.service.domain.evolve(world, note, item)
        await self.service.store.save(connection, world)

    async def _deadlines(self, connection: Connection) -> list[Candidate]:
        mark = await positions.watermark(connection, self.report_topics)
        if mark is None:
            return []
        lanes = sorted({number for _, number in self.ends})
        due = await self.service.store.due(connection, lanes, mark, DUE)
        found = [(item, deadline_cause(self.service.name, item)) for item in due]
        wanted = [(item, cause) for item, cause in found if cause.key not in self._without]
        return [
            await self._other(connection, cause.key, partial(self._deadline, item, cause))
            for item, cause in wanted
            if not self._by_folding & names(self.service.name, cause)
        ]

    def _deadline(self, item: Item, cause: Cause) -> Candidate:
        async def attempt(connection: Connection) -> Made:
            return await self.decider.deadline(connection, [(item, cause)])

        title = f"{item.type} of {item.subject}"
        order = EPOCH if self.simulated else item.at
        return Candidate(Sort.DEADLINE, cause, names(self.service.name, cause), title, attempt, order=order)

    async def _pages(self, connection: Connection) -> list[Candidate]:
        if self.service.jobs is None:
            return []
        rows = await connection.fetch(OPEN_JOBS)
        found = [Job(row["kind"], row["subject"], row["page"], row["at"]) for row in rows]
        keys = [page_cause(self.service.name, job).key for job in found]
        return [
            await self._other(connection, key, partial(self._page, job))
            for key, job in zip(keys, found, strict=True)
        ]

    def _page(self, job: Job) -> Candidate:
        work, cause = self.service.jobs, page_cause(self.service.name, job)
        assert work is not None

        async def attempt(connection: Connection) -> Made:
            if cause.key not in self._prepared:
                self._prepared[cause.key] = await work.prepare(self.pool, job)
            step = await work.step(connection, job, self._prepared[cause.key])
            await jobs.turn(connection, job, more=step.more)
            return await self.decider.page(connection, cause, step.decided)

        title = f"page {job.page} of the {job.kind} of {job.subject}"
        known = names(self.service.name, cause)
        return Candidate(Sort.PAGE, cause, known, title, attempt, order=EPOCH if self.simulated else job.at)

    async def _other(self, connection: Connection, key: str, make: Callable[[], Candidate]) -> Candidate:
        if key not in self._others:
            self._others[key] = await self._placed(connection, make())
        return self._others[key]

    async def _placed(self, connection: Connection, candidate: Candidate) -> Candidate:
        """With where its facts lie; in simulated time their records' times tell when it was decided."""
        candidate.lies = await published.lying(connection, candidate.ids(self.service.name))
        if candidate.lies and self.simulated:
            candidate.order = min(one.appended for one in candidate.lies)
        if not candidate.lies and candidate.is_report:
            # It may not have been decided before: what was is decided again first.
            candidate.order = LATEST
        return candidate

    # Folding

    async def _fold_what_follows(self) -> bool:
        """A cause that was folded once is folded to its end."""
        if not self._by_folding:
            return False
        for lane in self._open():
            row = await self._next(lane)
            if row["cause"] in self._by_folding:
                await self._fold_row(row)
                return True
        return False

    async def _fold_next(self) -> bool:
        """Nothing fits: fold the fact of a cause whose turn has come, or else the earliest."""
        rows = [await self._next(lane) for lane in self._open()]
        turns = {name for one in (*self._records.values(), *self._others.values()) for name in one.names}
        rows.sort(
            key=lambda row: (row["cause"] not in turns, row["appended"], row["topic"], row["partition"])
        )
        if rows:
            await self._fold_row(rows[0])
        return bool(rows)

    async def _next(self, lane: Lane) -> Any:  # noqa: ANN401
        async with self.pool.acquire() as connection:
            row = await connection.fetchrow(published.AT, *lane, self.heads[lane] + 1)
        assert row is not None
        return row

    async def _fold_row(self, row: Any) -> None:  # noqa: ANN401
        async with self.pool.acquire() as connection, connection.transaction():
            event = await folding.fold(connection, self._fold, row)
        self.heads[row["topic"], row["partition"]] = row["place"]
        self._by_folding.add(row["cause"])
        if event.name == folding.REFUSAL and event.data.title == INTERNAL.code:
            self._left_open.add(row["cause"])
        known = (*self._records.values(), *self._others.values())
        title = next((one.title for one in known if row["cause"] in one.names), row["cause"])
        what = f"{event.name} of {event.subject} ({row['topic']}/{row['partition']}, place {row['place']})"
        self.told.folded.setdefault(title, []).append(what)
