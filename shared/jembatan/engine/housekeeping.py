"""What keeps tables small and gauges true, at leisure, each by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product

import structlog

from jembatan.engine import claims, lane
from jembatan.engine.ending import unless_asked
from jembatan.engine.failpoints import reach
from jembatan.engine.hub import Hub
from jembatan.engine.platform_errors import PLATFORM
from jembatan.engine.service import Connection
from jembatan.engine.transaction import acquired, transaction

EVERY = 5.0
MOST = 10_000
"""Rows that one transaction takes away."""
PAGES = 20
"""Transactions in a row, so that no rate of reports that a process can decide outgrows its pruning."""
BACKLOG = """
SELECT coalesce(sum(h.head - m.acknowledged), 0)::bigint AS backlog
FROM lane_head AS h JOIN lane_mark AS m USING (topic, partition)
"""
OLDEST = """
SELECT extract(epoch FROM clock_timestamp() - min(first.decided_at))::float8 AS age
FROM lane_mark AS m CROSS JOIN LATERAL (
    SELECT o.decided_at FROM outbox AS o
    WHERE o.topic = m.topic AND o.partition = m.partition AND o.place > m.acknowledged
    ORDER BY o.place LIMIT 1
) AS first
"""
HALTED = "SELECT count(*) FROM lane WHERE halted IS NOT NULL"

log = structlog.get_logger("jembatan.housekeeping")


async def run(hub: Hub) -> None:
    """Prune and measure until cancelled."""
    while True:
        await asyncio.sleep(EVERY)
        await turn(hub, datetime.now(UTC))


async def turn(hub: Hub, now: datetime) -> None:
    """Do everything once; what the platform does not let through keeps nothing else from being done."""
    for what, work in WORK:
        try:
            with unless_asked():
                await work(hub, now)
        except PLATFORM as error:
            log.warning("again", action="housekeeping_again", what=what, why=repr(error))


async def forget_ids(hub: Hub, now: datetime) -> None:
    """Take away ids older than the repeats' window.

    In simulated time reports may be of any date and are kept for ever, and so are their ids.
    """
    if not hub.settings.simulated:
        before = now - timedelta(days=hub.settings.seen_days)
        await _pages(hub, partial(claims.prune, before=before, most=MOST))


async def prune_facts(hub: Hub, now: datetime) -> None:
    """Take away facts of our lanes that are acknowledged and a day old."""
    before = now - timedelta(days=hub.settings.outbox_days)
    for topic, partition in product(hub.outputs, hub.numbers()):
        try:
            await _pages(hub, partial(_facts, topic=topic, partition=partition, before=before))
        except PLATFORM as error:
            where = f"{topic}/{partition}"
            log.warning("again", action="housekeeping_again", what="facts", where=where, why=repr(error))


async def _facts(connection: Connection, *, topic: str, partition: int, before: datetime) -> int:
    gone = await lane.prune(connection, topic, partition, before, MOST)
    reach("pruned")
    return gone


async def _pages(hub: Hub, page: Callable[[Connection], Awaitable[int]]) -> None:
    """Take pages away until one is not full."""
    for _ in range(PAGES):
        async with transaction(hub.pool, hub.settings.statement_timeout) as connection:
            gone = await page(connection)
        if gone < MOST:
            return


async def _measure(hub: Hub, _: datetime) -> None:
    hub.metrics.waiting(hub.lag())
    async with acquired(hub.pool, hub.settings.statement_timeout) as connection:
        backlog = await connection.fetchval(BACKLOG)
        oldest = await connection.fetchval(OLDEST)
        halted = await connection.fetchval(HALTED)
    hub.metrics.backlog.set(backlog or 0)
    hub.metrics.oldest.set(oldest or 0.0)
    hub.metrics.halted.set(halted or 0)


WORK = (("ids", forget_ids), ("facts", prune_facts), ("gauges", _measure))
