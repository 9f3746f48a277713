"""What happens by itself in one lane: deadlines that the watermark has passed, and pages of jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import monotonic

import structlog

from jembatan.contracts.deciding import Input
from jembatan.contracts.writing import Cause as Origin
from jembatan.engine import jobs, level
from jembatan.engine.decision import Made
from jembatan.engine.ending import unless_asked
from jembatan.engine.entry import Cause, fact_id
from jembatan.engine.failpoints import reach
from jembatan.engine.hub import Hub
from jembatan.engine.level import Older
from jembatan.engine.lookout import EVERY
from jembatan.engine.platform_errors import PLATFORM, Blame, blame
from jembatan.engine.service import Job, Jobs
from jembatan.engine.transaction import SLOW_TRIES, acquired, persist, transaction

JOBS_EVERY = 0.25
DEADLINES = 200
AFTER_ERROR = 1.0
AFTER_OLDER = 5.0

log = structlog.get_logger("jembatan.tender")


class Tender:
    """Looks after one lane until cancelled."""

    def __init__(self, hub: Hub, partition: int) -> None:
        self._hub = hub
        self._partition = partition
        self._jobs_looked_at = 0.0

    async def run(self) -> None:
        while True:
            try:
                with unless_asked():
                    busy = await self._tend() if self._partition in self._hub.level else 0
                await asyncio.sleep(0 if busy else EVERY)
            except Older as why:
                log.error("lane stopped", action="tender_stopped", lane=self._partition, why=str(why))
                await asyncio.sleep(AFTER_OLDER)
            except PLATFORM as error:
                log.warning("again", action="tender_again", lane=self._partition, why=repr(error))
                await asyncio.sleep(AFTER_ERROR)
            except Exception:  # noqa: BLE001 -- no mistake in looking here may stop reports from being decided
                self._failed("looking for what is due")
                await asyncio.sleep(AFTER_ERROR)

    async def _tend(self) -> int:
        return await self._deadlines() + await self._jobs()

    async def _deadlines(self) -> int:
        hub = self._hub
        mark = await hub.watermark()
        if mark is None or not await hub.lookout.due(hub.level, mark, hub.generation):
            return 0
        async with acquired(hub.pool, hub.settings.statement_timeout) as connection:
            items = await hub.service.store.due(connection, [self._partition], mark, DEADLINES)
        return await self._pass(items) if items else 0

    async def _pass(self, items: Sequence[Input]) -> int:
        """Decide deadlines together; if that fails or is too slow, by halves: the one at fault is left.

        It is tried again later: unlike reports they need not keep their order.
        """
        try:
            return await self._decide(items)
        except Older:
            raise
        except Exception as error:  # noqa: BLE001 -- not the platform's: `persist` keeps those
            if len(items) == 1:
                self._failed(f"{items[0].type} of {items[0].subject}")
                return 0
            log.warning("deadlines halved", action="deadlines_halved", items=len(items), why=repr(error))
        middle = len(items) // 2
        return await self._pass(items[:middle]) + await self._pass(items[middle:])

    async def _decide(self, items: Sequence[Input]) -> int:
        pairs = [(item, deadline_cause(self._hub.service.name, item)) for item in items]

        async def once() -> Made:
            async with transaction(self._hub.pool, self._hub.settings.statement_timeout) as connection:
                reach("deadline_begun")
                await level.check(connection)
                return await self._hub.decider.deadline(connection, pairs)

        made = await persist(once, f"deadlines of lane {self._partition}", SLOW_TRIES)
        reach("deadline_committed")
        self._hub.made(made)
        return len(made.numbered) + len(made.jobs)

    async def _jobs(self) -> int:
        work = self._hub.service.jobs
        if work is None or monotonic() - self._jobs_looked_at < JOBS_EVERY:
            return 0
        self._jobs_looked_at = monotonic()
        async with transaction(self._hub.pool, self._hub.settings.statement_timeout) as connection:
            waiting = await jobs.waiting(connection, self._partition)
        done = [await self._turn(work, job) for job in waiting]
        if waiting:
            self._jobs_looked_at = 0.0 if any(done) else monotonic() + AFTER_ERROR
        return sum(done)

    async def _turn(self, work: Jobs, job: Job) -> bool:
        """One page; a job whose page fails does not hold up the others. False if it failed."""
        try:
            await self._page(work, job)
        except Older:
            raise
        except Exception as error:
            if blame(error) is Blame.PLATFORM:
                raise
            self._failed(f"{job.kind} of {job.subject}, page {job.page}")
            return False
        return True

    def _failed(self, what: str) -> None:
        log.exception("tending failed", action="tender_failed", lane=self._partition, what=what)
        self._hub.metrics.alarms.labels("tender").inc()

    async def _page(self, work: Jobs, job: Job) -> None:
        prepared = await work.prepare(self._hub.pool, job)
        cause = page_cause(self._hub.service.name, job)

        async def once() -> Made | None:
            async with transaction(self._hub.pool, self._hub.settings.statement_timeout) as connection:
                await level.check(connection)
                await jobs.check(connection, job)
                step = await work.step(connection, job, prepared)
                reach("page_done")
                if not await jobs.turn(connection, job, more=step.more):
                    raise jobs.PageMoved(f"{job.kind} {job.subject} is no longer at page {job.page}")
                reach("page_turned")
                return await self._hub.decider.page(connection, cause, step.decided)

        try:
            made = await persist(once, f"{job.kind} of {job.subject}, page {job.page}")
        except jobs.PageMoved as why:
            log.warning("page moved", action="page_moved", why=str(why))
        else:
            reach("page_committed")
            if made is not None:
                self._hub.made(made)


def deadline_cause(service: str, item: Input) -> Cause:
    """A deadline as the cause of what follows when the watermark has passed it."""
    key = f"deadline:{service}/{item.type}/{item.subject}/{item.at.isoformat()}"
    # The subject may name a candidate, and what follows may be public: the id tells the kind alone.
    public = f"deadline:{service}/{item.type}/{fact_id(service, key, 0)}"
    return Cause(key, item.at, Origin(id=public, correlationid=public))


def page_cause(service: str, job: Job) -> Cause:
    """A page of a job as the cause of its facts."""
    key = f"job:{service}/{job.kind}/{job.subject}/{job.page}"
    return Cause(key, job.at, Origin(id=key, correlationid=f"job:{service}/{job.kind}/{job.subject}"))
