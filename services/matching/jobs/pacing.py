"""Long work goes on no faster than its facts are published, so that the facts of others find short lanes."""

from __future__ import annotations

import asyncio

import asyncpg

from services.matching.store import work

MOST = 1_000
"""Facts that a lane may have before it when a page begins."""
LOOKS, EVERY = 20, 0.05
"""Looks at most, and seconds between them: where nothing is published the work goes on slowly."""


async def paced(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    """Wait, for a second at most, until no lane is far behind."""
    for _ in range(LOOKS):
        if await work.behind(pool) <= MOST:
            return
        await asyncio.sleep(EVERY)
