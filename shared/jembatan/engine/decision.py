"""One transaction: claim, load, decide, save, and last of all the facts into the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from jembatan.contracts.deciding import Decided, Input, InputKind, NewJob, Outcome, Refused
from jembatan.contracts.refusal import Reason
from jembatan.engine import claims, entry, outbox
from jembatan.engine.entry import Cause, Shape
from jembatan.engine.failpoints import reach
from jembatan.engine.intake import Taken
from jembatan.engine.lanes import lane_of
from jembatan.engine.outbox import Numbered, Placed
from jembatan.engine.service import Connection, Service

LARGEST = 1_000_000
"""Bytes of key and value of the largest fact; the topics take 2 MiB in a batch."""

START_JOBS = """
INSERT INTO job (kind, subject, lane, at)
SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[]) AS t (kind, subject, lane, at)
ORDER BY kind, subject ON CONFLICT DO NOTHING
"""

log = structlog.get_logger("jembatan.decision")


@dataclass(slots=True)
class Made:
    """What a transaction has made so far: facts and refusals, jobs, and ids to be left open."""

    numbered: list[Numbered] = field(default_factory=list)
    jobs: list[NewJob] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    placed: Placed = field(default_factory=dict)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a single report that cannot be decided is refused: by our own fault, or as too large."""

    code: str
    detail: str

    @property
    def leaves_open(self) -> bool:
        return self.code == "INTERNAL"


INTERNAL = Failure("INTERNAL", "The report could not be decided by our own fault; send it again later.")
TOO_LARGE = Failure(
    "TOO_LARGE", "What the report leads to is larger than a fact can be; report less at once."
)


class Decider:
    """Decides inputs of one service inside a transaction that the caller holds."""

    def __init__(self, service: Service, shape: Shape) -> None:
        self._service = service
        self._shape = shape

    async def batch(self, connection: Connection, taken: Sequence[Taken], failure: Failure | None) -> Made:
        """Decide a batch of records; with `failure` its only record is refused for that."""
        made = Made()
        fresh = await self._claim(connection, taken, made)
        reach("claimed")
        if failure is None:
            await self._decide(connection, fresh, made)
        else:
            for one in fresh:
                await self._fail(connection, one, failure, made)
        await self._finish(connection, made)
        return made

    async def deadline(self, connection: Connection, pairs: Sequence[tuple[Input, Cause]]) -> Made:
        """Decide deadlines that the watermark has passed."""
        made = Made()
        world = await self._service.store.load(connection, [item for item, _ in pairs])
        for item, cause in pairs:
            outcome = self._service.domain.decide(world, item)
            self._apply(world, item, cause, outcome, made)
        await self._service.store.save(connection, world)
        await self._finish(connection, made)
        return made

    async def page(self, connection: Connection, cause: Cause, decided: Decided) -> Made:
        """Number and place what a page of a job led to."""
        made = Made(numbered=entry.facts(self._shape, cause, decided), jobs=list(decided.jobs))
        made.counts["job pages"] = 1
        await self._finish(connection, made)
        return made

    async def _claim(self, connection: Connection, taken: Sequence[Taken], made: Made) -> list[Taken]:
        first: dict[claims.Key, Taken] = {}
        for one in taken:
            if one.key is not None:
                first.setdefault(one.key, one)
        known = await claims.claim(
            connection, {key: (one.fingerprint, one.cause.at) for key, one in first.items()}
        )
        heard = await claims.heard(connection, (one.heard for one in taken if one.heard))
        fresh = [one for one in taken if self._is_fresh(one, first, known, heard, made)]
        await claims.hear(connection, _newest(fresh))
        return fresh

    def _is_fresh(
        self,
        one: Taken,
        first: Mapping[claims.Key, Taken],
        known: Mapping[claims.Key, bytes],
        heard: dict[claims.Subject, int],
        made: Made,
    ) -> bool:
        if one.heard is not None:
            return _hear(one, heard)
        if one.key is None or (first[one.key] is one and one.key not in known):
            return True
        before = known.get(one.key, first[one.key].fingerprint)
        if before == one.fingerprint:
            made.count("repeats")
        else:
            self._refuse(one, (_reused(one.key),), made)
        return False

    async def _decide(self, connection: Connection, fresh: Sequence[Taken], made: Made) -> None:
        items = [one.item for one in fresh if one.item is not None]
        world = await self._service.store.load(connection, items) if items else None
        reach("loaded")
        for one in fresh:
            if one.item is None:
                self._refuse(one, one.reasons, made)
            else:
                await self._one(connection, world, one, one.item, made)
        if items:
            await self._service.store.save(connection, world)
            reach("saved")

    async def _one(
        self,
        connection: Connection,
        world: object,
        one: Taken,
        item: Input,
        made: Made,
    ) -> None:
        try:
            outcome = self._service.domain.decide(world, item)
            entry.check_outcome(outcome, must_answer=item.kind is InputKind.REPORT)
        except Exception:
            log.exception("deciding failed", action="decide_failed", type=item.type, cause=one.cause.key)
            await self._fail(connection, one, INTERNAL, made)
            return
        if isinstance(outcome, Refused):
            self._refuse(one, outcome.reasons, made)
        else:
            self._apply(world, item, one.cause, outcome, made)

    def _apply(self, world: object, item: Input, cause: Cause, outcome: Outcome, made: Made) -> None:
        if isinstance(outcome, Refused):
            raise TypeError(f"{item.type} cannot be refused: no one reported it")
        for fact in outcome.facts:
            self._service.domain.evolve(world, fact, item)
        for note in outcome.notes:
            self._service.domain.evolve(world, note, item)
        made.numbered += entry.facts(self._shape, cause, outcome)
        made.jobs += outcome.jobs
        made.count(f"{item.kind}s")

    def _refuse(self, one: Taken, reasons: tuple[Reason, ...], made: Made) -> None:
        made.numbered += entry.refusals(self._shape, one.cause, one.about, reasons)
        made.count("refusals")

    async def _fail(self, connection: Connection, one: Taken, failure: Failure, made: Made) -> None:
        if one.key is not None and failure.leaves_open:
            await claims.release(connection, one.key)
        self._refuse(one, (Reason(code=failure.code, detail=failure.detail),), made)
        made.count("failures")

    async def _finish(self, connection: Connection, made: Made) -> None:
        if made.jobs:
            lanes = [lane_of(job.subject, self._shape.partitions) for job in made.jobs]
            await connection.execute(
                START_JOBS,
                [job.kind for job in made.jobs],
                [job.subject for job in made.jobs],
                lanes,
                [job.at for job in made.jobs],
            )
        made.placed = await outbox.append(connection, made.numbered, LARGEST)
        reach("raised")


def _hear(one: Taken, heard: dict[claims.Subject, int]) -> bool:
    assert one.heard is not None and one.item is not None
    last = heard.get(one.heard, 0)
    if one.item.sequence <= last:
        return False
    if one.item.sequence > last + 1:
        log.error(
            "facts are missing", action="facts_missing", subject=one.heard, last=last, now=one.item.sequence
        )
    heard[one.heard] = one.item.sequence
    return True


def _newest(fresh: Sequence[Taken]) -> dict[claims.Subject, int]:
    return {one.heard: one.item.sequence for one in fresh if one.heard is not None and one.item is not None}


def _reused(key: claims.Key) -> Reason:
    detail = f"{key[0]} has already reported something else with the id {key[1]}; give each report its own."
    return Reason(code="ID_REUSED", pointer="/id", detail=detail)
