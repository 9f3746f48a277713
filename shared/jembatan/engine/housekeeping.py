"""What keeps tables small and gauges true, at leisure."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from jembatan.engine import claims, lane
from jembatan.engine.failpoints import reach
from jembatan.engine.hub import Hub
from jembatan.engine.platform_errors import PLATFORM
from jembatan.engine.transaction import acquired, transaction

EVERY = 5.0
MOST = 10_000
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
        try:
            await _prune(hub, datetime.now(UTC))
            await _measure(hub)
        except PLATFORM as error:
            log.warning("again", action="housekeeping_again", why=repr(error))


async def _prune(hub: Hub, now: datetime) -> None:
    """Ids older than the repeats' window, and facts acknowledged and a day old.

    In simulated time reports may be of any date and are kept for ever, and so are their ids.
    """
    settings = hub.settings
    limit = settings.statement_timeout
    if not settings.simulated:
        async with transaction(hub.pool, limit) as connection:
            await connection.execute(claims.PRUNE, now - timedelta(days=settings.seen_days), MOST)
    before = now - timedelta(days=settings.outbox_days)
    for topic in hub.outputs:
        for partition in hub.lag():
            async with transaction(hub.pool, limit) as connection:
                await lane.prune(connection, topic, partition, before, MOST)
                reach("pruned")


async def _measure(hub: Hub) -> None:
    async with acquired(hub.pool, hub.settings.statement_timeout) as connection:
        backlog = await connection.fetchval(BACKLOG)
        oldest = await connection.fetchval(OLDEST)
        halted = await connection.fetchval(HALTED)
    hub.metrics.backlog.set(backlog or 0)
    hub.metrics.oldest.set(oldest or 0.0)
    hub.metrics.halted.set(halted or 0)
    for number, waiting in hub.lag().items():
        hub.metrics.lag.labels(str(number)).set(waiting)
