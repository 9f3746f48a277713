"""Loading and saving a world: every class of locks whole, in one order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jembatan.contracts.deciding import Input
from jembatan.engine.service import Connection
from services.matching.domain.world import World
from services.matching.store import candidates, caps, copies, offers, placements, rounds, work
from services.matching.store.wanted import Wanted, wanted


class MatchingStore:
    """The SQL of matching; `partitions` is the installation's number of lanes.

    Locks: candidates, offers, placements, vacancies, partnerships, caps, rounds.
    """

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions

    async def load(self, connection: Connection, items: Sequence[Input]) -> World:
        want, world = wanted(items), World()
        if want.candidates:
            world.candidates = await candidates.load(connection, want.candidates)
        await offers.load(connection, world, want.offers, want.leaving)
        await placements.load(connection, world, world.offers)
        offered = {offer.vacancy for offer in world.offers.values()}
        await copies.load_vacancies(connection, world, want.vacancies | offered, want.copied_vacancies)
        closing = await rounds.scopes(connection, want.closing)
        # Two rounds over one partnership that has no cap meet here, and others at the caps that they share.
        alone = want.copied_partnerships | closing
        await copies.load_partnerships(connection, world, want.partnerships, alone)
        over = {offer.partnership for offer in world.offers.values()} | closing
        await caps.load(connection, world, over, want.copied_caps)
        await self._load_rounds(connection, world, want)
        return world

    async def _load_rounds(self, connection: Connection, world: World, want: Wanted) -> None:
        of_offers = {offer.round for offer in world.offers.values()}
        await rounds.load(connection, world, want.rounds | of_offers, want.new_rounds)
        await rounds.load_freezing(connection, world, want.candidates)
        if want.closing:
            await rounds.load_busy(connection, world)

    async def save(self, connection: Connection, world: World) -> None:
        """Write what changed; rounds before offers, whose seats count where their round closed, and these
        before placements."""
        changed = [world.candidates[name] for name in sorted(world.changed.candidates)]
        await candidates.save(connection, changed, self._partitions)
        await copies.save(connection, world)
        await caps.save(connection, world)
        await rounds.save(connection, world, self._partitions)
        for _, begun in sorted(world.begun.items()):
            await work.mark(connection, begun)
        await offers.save(connection, world, self._partitions)
        await placements.save_called_off(connection, world)
        await placements.save(connection, world)

    async def due(
        self, connection: Connection, lanes: Sequence[int], watermark: datetime, limit: int
    ) -> list[Input]:
        """Deadlines of candidates, rounds and offers before the watermark, the earliest first."""
        found = [
            *await candidates.due(connection, lanes, watermark, limit),
            *await rounds.due(connection, lanes, watermark, limit),
            *await offers.due(connection, lanes, watermark, limit),
        ]
        return sorted(found, key=lambda item: (item.at, item.subject, item.type))[:limit]
