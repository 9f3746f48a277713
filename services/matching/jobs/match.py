"""The match of a round and its publication, in pages: compute, list the result, tell candidates, publish."""

from __future__ import annotations

from typing import Any

import asyncpg

from jembatan.contracts.deciding import Decided, Draft, Input, InputKind
from jembatan.contracts.matching.rounds import Cutoff, Phase, ResultListed
from jembatan.engine.service import Connection, Job, Step
from services.matching import computing
from services.matching.computing import Listed
from services.matching.domain import MatchingDomain, publishing
from services.matching.domain.world import World
from services.matching.jobs.apart import apart
from services.matching.jobs.pacing import paced
from services.matching.store import MatchingStore, entries, freezes, listings, rounds, work
from services.matching.store.work import Work

LIST, TELL, PUBLISH = "list", "tell", "publish"
CANDIDATES = 200
PARTS = 1
"""Of one page: while a page is computed the other work of the process waits."""


class Match:
    """The job `match` of a round."""

    def __init__(self, store: MatchingStore, domain: MatchingDomain) -> None:
        self._store, self._domain = store, domain
        self._homes: dict[str, dict[str, str]] = {}

    async def prepare(self, pool: asyncpg.Pool[asyncpg.Record], job: Job) -> Listed | None:
        """The result of the listed market, before the first page."""
        await paced(pool)
        if await work.read(pool, job) is not None:
            return None
        state = (await rounds.read(pool, job.subject)).state
        assert state.rho is not None and state.snapshot is not None
        header = await work.read(pool, Job("freeze", job.subject, 0, job.at))
        assert header is not None
        parts = await listings.bodies(pool, job.subject, "market")
        return await apart(
            computing.match_text, header.about["header"], parts, publishing.draw(state), state.snapshot
        )

    async def step(self, connection: Connection, job: Job, prepared: Listed | None) -> Step:
        """One page, as far as the pages before have come."""
        done = await work.read(connection, job)
        if done is None:
            return await self._keep(connection, job, prepared)
        if done.stage == LIST:
            return await self._list(connection, job, done)
        if done.stage == TELL:
            return await self._tell(connection, job, done)
        return await self._publish(connection, job, done)

    async def _keep(self, connection: Connection, job: Job, prepared: Listed | None) -> Step:
        if prepared is None:
            raise RuntimeError(f"the result of {job.subject} was not computed before its page")
        await listings.put(connection, job.subject, "result", prepared.bodies)
        about = {
            "digest": prepared.digest,
            "parts": len(prepared.bodies),
            "matched": prepared.number,
            "cutoffs": prepared.cutoffs,
        }
        await work.begin(connection, job, LIST, about)
        return Step(Decided(), more=True)

    async def _list(self, connection: Connection, job: Job, done: Work) -> Step:
        after = int(done.cursor or 0)
        parts = await listings.after(connection, job.subject, "result", after, PARTS)
        last = parts[-1]["part"]
        await entries.matched(connection, job.subject, after, last)
        if last == done.about["parts"]:
            await work.move(connection, job, TELL)
        else:
            await work.move(connection, job, LIST, str(last))
        listed = (ResultListed.model_validate(part) for part in parts)
        return Step(
            Decided(tuple(Draft("round.result_listed", job.subject, one) for one in listed)), more=True
        )

    async def _tell(self, connection: Connection, job: Job, done: Work) -> Step:
        homes = await self._partnerships(connection, job.subject)
        page = await entries.outcomes(connection, job.subject, done.cursor, CANDIDATES, homes)
        world = await freezes.load_for_seats(connection, job.subject, page)
        decided = publishing.tell(world, world.rounds[job.subject].state, page, job.at)
        await self._save(connection, world, job, decided.facts)
        if len(page) == CANDIDATES:
            await work.move(connection, job, TELL, page[-1].candidate)
        else:
            await work.move(connection, job, PUBLISH)
        return Step(decided, more=True)

    async def _publish(self, connection: Connection, job: Job, done: Work) -> Step:
        world = await freezes.load_round(connection, job.subject)
        row = world.rounds[job.subject]
        if row.state.phase is not Phase.DRAWN:
            return Step(Decided(), more=False)
        entered = await entries.count(connection, job.subject)
        homes = await self._partnerships(connection, job.subject)
        cutoffs = await work.part_of(connection, job, "cutoffs")
        decided = publishing.publish(row, _totals(done.about, entered, homes, cutoffs))
        await self._save(connection, world, job, decided.facts)
        return Step(decided, more=False)

    async def _partnerships(self, connection: Connection, round_id: str) -> dict[str, str]:
        """The partnership of each vacancy, as the freeze has fixed it."""
        if round_id not in self._homes:
            self._homes = {round_id: await freezes.partnerships_of(connection, round_id)}
        return self._homes[round_id]

    async def _save(self, connection: Connection, world: World, job: Job, facts: tuple[Draft, ...]) -> None:
        item = Input(InputKind.DEADLINE, "job.match", job.subject, None, job.at)
        for fact in facts:
            self._domain.evolve(world, fact, item)
        await self._store.save(connection, world)


def _totals(
    about: dict[str, Any], entered: int, homes: dict[str, str], cutoffs: dict[str, Any]
) -> publishing.Totals:
    wide = {name: last for name, last in cutoffs.items() if name not in homes}
    return publishing.Totals(
        digest=about["digest"],
        parts=about["parts"],
        matched=about["matched"],
        missed=entered - about["matched"],
        cutoffs={name: Cutoff.model_validate(last) for name, last in wide.items()},
    )
