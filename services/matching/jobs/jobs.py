"""Which job does what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import asyncpg

from jembatan.contracts.matching.chains import QUICKNET, Chain
from jembatan.engine.service import Connection, Job, Step
from services.matching.domain import MatchingDomain, ending, rounds
from services.matching.domain.rules import Programmes
from services.matching.jobs.ending import Ending
from services.matching.jobs.freeze import Freeze
from services.matching.jobs.match import Match
from services.matching.store import MatchingStore

LEAST_SECRET = 32


class MatchingJobs:
    """The jobs `freeze` and `match` of rounds, and those that end offers.

    `secret` makes the references of candidates, at least 32 bytes; `programmes`, `partitions` and `chains`
    are those of the domain and the store. With `clock`, which no example's time allows, a beacon comes late
    enough by the database's clock, too. A round in `frozen_at` was frozen before, and is told at that time.
    """

    def __init__(
        self,
        secret: bytes,
        programmes: Programmes,
        partitions: int,
        chains: Iterable[Chain] = (QUICKNET,),
        *,
        clock: bool = False,
        frozen_at: Mapping[str, datetime] | None = None,
    ) -> None:
        if len(secret) < LEAST_SECRET:
            raise ValueError(
                f"the service's secret needs {LEAST_SECRET} bytes or more, and has {len(secret)}"
            )
        known = {chain.hash: chain for chain in chains}
        store, domain = MatchingStore(partitions), MatchingDomain(programmes, known.values())
        self._kinds: dict[str, Any] = {
            rounds.FREEZE: Freeze(
                store, domain, programmes, secret, known, clock, {} if frozen_at is None else frozen_at
            ),
            rounds.MATCH: Match(store, domain),
            **dict.fromkeys(ending.WHY, Ending(store, domain)),
        }

    async def prepare(self, pool: asyncpg.Pool[asyncpg.Record], job: Job) -> object:
        """Compute what the next page needs, in a process of its own."""
        return await self._kinds[job.kind].prepare(pool, job)

    async def step(self, connection: Connection, job: Job, prepared: object) -> Step:
        """Do one page: states are saved, facts are handed back."""
        step: Step = await self._kinds[job.kind].step(connection, job, prepared)
        return step
