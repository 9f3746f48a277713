"""Transactions with a deadline, repeated in place while the platform is at fault."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import asyncpg
import structlog

from jembatan.engine.platform_errors import MOST_AGAIN, Blame, blame
from jembatan.engine.positions import PositionMoved
from jembatan.engine.service import Connection

T = TypeVar("T")
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 2.0

log = structlog.get_logger("jembatan.transaction")


@asynccontextmanager
async def acquired(pool: asyncpg.Pool[asyncpg.Record], deadline: float) -> AsyncIterator[Connection]:
    """A connection for at most `deadline` seconds; a half-open one is given up, not waited for."""
    async with asyncio.timeout(deadline):
        connection = await pool.acquire()
    try:
        async with asyncio.timeout(deadline):
            yield connection
    except (TimeoutError, asyncpg.InternalClientError):
        connection.terminate()
        raise
    finally:
        async with asyncio.timeout(deadline):
            await pool.release(connection)


@asynccontextmanager
async def transaction(pool: asyncpg.Pool[asyncpg.Record], deadline: float) -> AsyncIterator[Connection]:
    """A READ COMMITTED transaction within a deadline."""
    async with acquired(pool, deadline) as connection, connection.transaction():
        yield connection


SLOW_TRIES = 3
"""How often work may run out of its time before it is halved."""


class TooSlow(Exception):
    """Something ran out of its time again and again: less at once may be done in time."""


async def persist(work: Callable[[], Awaitable[T]], what: str, patience: int | None = None) -> T:
    """Do `work` until the platform lets it through; errors of the data and moved positions are raised.

    `TooSlow` after `patience` tries that ran out of time; without it they go on for ever.
    """
    again, slow, pause = 0, 0, FIRST_PAUSE
    while True:
        try:
            return await work()
        except PositionMoved:
            raise
        except Exception as error:
            fault = blame(error)
            again += fault is Blame.AGAIN
            slow += fault is Blame.SLOW
            if fault is Blame.DATA or again > MOST_AGAIN:
                raise
            if patience is not None and slow >= patience:
                raise TooSlow(what) from error
            log.warning("again", action="transaction_again", what=what, why=repr(error), fault=fault.value)
            # Jitter needs no reproducible randomness: it only keeps workers from retrying in step.
            await asyncio.sleep(pause * (0.5 + random.random()))  # noqa: S311
            pause = min(pause * 2, LONGEST_PAUSE)
