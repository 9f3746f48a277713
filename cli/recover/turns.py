"""What may be decided next: the next record of each input, deadlines that are due, open pages of jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import asyncpg

from cli.recover import published
from cli.recover.candidates import Candidate, Sort, names
from cli.recover.inputs import Input, Inputs
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

OPEN_JOBS = "SELECT kind, subject, page, at FROM job WHERE NOT done ORDER BY at, kind, subject"
DUE = 500


@dataclass
class Folded:
    """Causes whose facts were folded; `left_open`: those whose report may be sent again under its id."""

    causes: set[str] = field(default_factory=set)
    left_open: set[str] = field(default_factory=set)


@dataclass
class Turns:
    """Candidates of one service, each made once and kept until it is decided."""

    service: Service
    decider: Decider
    pool: asyncpg.Pool[asyncpg.Record]
    inputs: Inputs
    simulated: bool
    folded: Folded = field(default_factory=Folded)
    _records: dict[tuple[str, int], Candidate] = field(default_factory=dict)
    _others: dict[str, Candidate] = field(default_factory=dict)
    _without: set[str] = field(default_factory=set)
    _prepared: dict[str, object] = field(default_factory=dict)

    @property
    def known(self) -> tuple[Candidate, ...]:
        """All that were looked at and are not decided."""
        return (*self._records.values(), *self._others.values())

    async def candidates(self) -> list[Candidate]:
        """What may be decided next, as far as inputs, deadlines and jobs tell, in the order of time."""
        for one in self.inputs.all:
            if one.source not in self._records and not one.is_over:
                await self._look(one)
        found = list(self._records.values())
        async with self.pool.acquire() as connection:
            found += await self._deadlines(connection)
            found += await self._pages(connection)
        return sorted(found, key=lambda one: one.order)

    def done(self, candidate: Candidate, made: Made) -> None:
        """It is decided. A deadline that led to nothing would be due again and again."""
        if candidate.sort is Sort.RECORD:
            one = next(one for one in self.inputs.all if one.source == candidate.source)
            self.inputs.passed(one)
            del self._records[one.source]
            return
        self._others.pop(candidate.cause.key, None)
        self._prepared.pop(candidate.cause.key, None)
        if not made.numbered:
            self._without.add(candidate.cause.key)

    async def _look(self, one: Input) -> None:
        move = await self.inputs.look(one)
        async with self.pool.acquire() as connection:
            if move is not None:
                async with connection.transaction():
                    await positions.move(connection, {move.source: move.before}, {move.source: move.after})
            if one.next is not None:
                self._records[one.source] = await self._placed(connection, self._record(one, one.next))

    def _record(self, one: Input, taken: Taken) -> Candidate:
        async def attempt(connection: Connection) -> Made:
            await positions.move(connection, {one.source: one.place}, {one.source: self.inputs.after(one)})
            if self.folded.causes & known:
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
        if taken.key is not None and not self.folded.left_open & names(self.service.name, taken.cause):
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
        mark = await positions.watermark(connection, self.inputs.report_topics)
        if mark is None:
            return []
        lanes = sorted({number for _, number in (one.source for one in self.inputs.all)})
        due = await self.service.store.due(connection, lanes, mark, DUE)
        found = [(item, deadline_cause(self.service.name, item)) for item in due]
        wanted = [(item, cause) for item, cause in found if cause.key not in self._without]
        return [
            await self._other(connection, cause.key, partial(self._deadline, item, cause))
            for item, cause in wanted
            if not self.folded.causes & names(self.service.name, cause)
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
