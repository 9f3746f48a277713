"""Mutants of what surrounds deciding and publishing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from jembatan.engine import host, housekeeping, publisher, transaction
from jembatan.engine.service import Connection
from tests.faults.mutants.deciding import replace


def no_deadline() -> None:
    """A connection is waited for, for ever."""
    create = asyncpg.create_pool

    def unlimited(*arguments: Any, **more: Any) -> Any:  # noqa: ANN401
        return create(*arguments, **(more | {"command_timeout": None}))

    @asynccontextmanager
    async def acquired(pool: asyncpg.Pool[asyncpg.Record], _: float) -> AsyncIterator[Connection]:
        async with pool.acquire() as connection:
            yield connection

    replace(asyncpg, create_pool=unlimited)
    for module in (transaction, housekeeping, publisher):
        replace(module, acquired=acquired)


def no_watchdog() -> None:
    async def blind(_: Callable[[], float], __: float) -> None:
        await asyncio.Event().wait()

    replace(host, watch=blind)
