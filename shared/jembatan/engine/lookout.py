"""Whether anything is due in the lanes of this process, asked for once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from time import monotonic
from typing import Any

import asyncpg

from jembatan.engine.service import Store
from jembatan.engine.transaction import acquired

EVERY = 0.1
"""Seconds between two looks, and between two times that a lane asks."""
LOOK_AGAIN = 5.0
"""Seconds: what another process decides can let a deadline of this one pass, and nothing here tells."""


class Lookout:
    """Looks for deadlines that have passed; the lanes ask it, and look for their own only if there are any.

    Most looks find nothing, and a look for each lane would be most of what a service at rest asks PostgreSQL.
    """

    def __init__(self, store: Store[Any], pool: asyncpg.Pool[asyncpg.Record], deadline: float) -> None:
        self._store = store
        self._pool = pool
        self._deadline = deadline
        self._looked_at = -LOOK_AGAIN
        self._of: object = None
        self._found = False
        self._looking = asyncio.Lock()

    async def due(self, lanes: Iterable[int], mark: datetime, generation: int) -> bool:
        """Whether a deadline of these lanes lies before the watermark.

        `generation` changes whenever something is decided here. An answer may be `EVERY` old.
        """
        async with self._looking:
            of = (frozenset(lanes), mark, generation)
            if self._is_new(of):
                self._looked_at = monotonic()
                self._found = await self._look(sorted(of[0]), mark)
                self._of = of
            return self._found

    def _is_new(self, of: object) -> bool:
        age = monotonic() - self._looked_at
        return age > LOOK_AGAIN or (age >= EVERY and (self._found or of != self._of))

    async def _look(self, lanes: list[int], mark: datetime) -> bool:
        async with acquired(self._pool, self._deadline) as connection:
            return bool(await self._store.due(connection, lanes, mark, 1))
