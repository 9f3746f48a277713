"""The end of the offers of a withdrawn vacancy or a closed partnership, in pages."""

from __future__ import annotations

import asyncpg

from jembatan.contracts.deciding import Decided, Input, InputKind
from jembatan.engine.service import Connection, Job, Step
from services.matching.domain import MatchingDomain, ending
from services.matching.store import MatchingStore
from services.matching.store import ending as standing

OFFERS = 200


class Ending:
    """The jobs `end_vacancy_offers` and `end_partnership_offers`.

    Offers of a round that is published later are withdrawn there.
    """

    def __init__(self, store: MatchingStore, domain: MatchingDomain) -> None:
        self._store, self._domain = store, domain

    async def prepare(self, _pool: asyncpg.Pool[asyncpg.Record], _job: Job) -> None:
        """There is nothing to compute."""

    async def step(self, connection: Connection, job: Job, _prepared: None) -> Step:
        """The next offers; the job is done when none is left."""
        names = await standing.standing(connection, job.kind, job.subject, OFFERS)
        if not names:
            return Step(Decided(), more=False)
        items = [Input(InputKind.DEADLINE, "offer.ended", name, None, job.at) for name in names]
        world = await self._store.load(connection, items)
        ours = [world.offers[name] for name in names]
        facts = ending.together(world, ours, ending.WHY[job.kind], job.at)
        for fact in facts:
            self._domain.evolve(world, fact, items[0])
        await self._store.save(connection, world)
        return Step(Decided(facts), more=True)
