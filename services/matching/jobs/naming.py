"""What the last page of a freeze names: the market's header, its snapshot, and the beacon that is to draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from jembatan.contracts.deciding import Draft
from jembatan.contracts.matching.chains import Chain
from jembatan.contracts.matching.rounds import Header, RoundState
from jembatan.engine.service import Job
from services.matching.domain import freezing, rounds
from services.matching.domain.beacons import Named
from services.matching.store import freezes
from services.matching.store import rounds as of_rounds
from services.matching.store.work import Source


@dataclass(frozen=True, slots=True)
class Last:
    """What the last page tells: the market's header and snapshot, and the beacon named in it, if any."""

    header: Header
    snapshot: str
    named: Named | None


class Naming:
    """Names beacons of these chains by the broker's time, and with `clock` by the database's, too.

    A round in `frozen_at` is named as at that time.
    """

    def __init__(self, chains: Mapping[str, Chain], clock: bool, frozen_at: Mapping[str, datetime]) -> None:
        self._chains, self._clock, self._frozen_at = chains, clock, frozen_at

    def beacon(self, state: RoundState, at: datetime) -> Named | freezing.Unfit | None:
        """The beacon that a round frozen at this time waits for, if it is to wait for one."""
        return freezing.named(state, self._chains, at)

    async def header(self, pool: asyncpg.Pool[asyncpg.Record], job: Job) -> tuple[Header, Named | None]:
        """The header of a round's market as of now, and the beacon that it names."""
        state = (await of_rounds.read(pool, job.subject)).state
        found = self.beacon(state, await self.now(pool, job))
        named = found if isinstance(found, Named) else None
        return freezing.header(state, named), named

    async def now(self, source: Source, job: Job) -> datetime:
        """The broker's time, as far as it is known, and never before the deadline."""
        if told := self._frozen_at.get(job.subject):
            return told
        return max(job.at, await freezes.latest(source, clock=self._clock))


def frozen(state: RoundState, about: dict[str, Any], last: Last) -> Draft:
    """The fact that the round is frozen, with what its pages have counted and named."""
    counts = {name: about[name] for name in ("parts", "candidates")}
    named = last.named.awaited(state) if last.named else {}
    return rounds.frozen(state, last.header, snapshot=last.snapshot, **counts, **named)
