"""The freeze of a round, in pages: fix, take candidates in, list the market, name its beacon, say so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import asyncpg

from jembatan.contracts.deciding import Decided, Draft, Input, InputKind
from jembatan.contracts.matching.chains import Chain
from jembatan.contracts.matching.rounds import ListedNode, MarketListed, RoundState
from jembatan.engine.service import Connection, Job, Step
from services.matching import computing
from services.matching.computing import Listed
from services.matching.domain import MatchingDomain, freezing, rounds
from services.matching.domain.rules import Programmes
from services.matching.domain.world import World
from services.matching.jobs.apart import apart
from services.matching.jobs.judging import judged
from services.matching.jobs.naming import Last, Naming, frozen
from services.matching.jobs.pacing import paced
from services.matching.store import MatchingStore, entries, freezes, listings, work
from services.matching.store.work import Source, Work

TAKE, LIST, EMIT, NAME = "take", "list", "emit", "name"
FIX = work.MARKED
CANDIDATES = 200
PARTS = 1
"""Of one page: while a page is computed the other work of the process waits."""
OVER = Step(Decided(), more=False)

Prepared = Listed | Last | None


class Freeze:
    """The job `freeze` of a round."""

    def __init__(
        self,
        store: MatchingStore,
        domain: MatchingDomain,
        programmes: Programmes,
        secret: bytes,
        chains: Mapping[str, Chain],
        clock: bool,
        frozen_at: Mapping[str, datetime],
    ) -> None:
        self._store, self._domain, self._programmes, self._secret = store, domain, programmes, secret
        self._naming = Naming(chains, clock, frozen_at)
        self._frames: dict[str, freezing.Frame] = {}

    async def prepare(self, pool: asyncpg.Pool[asyncpg.Record], job: Job) -> Prepared:
        """The listing, when all candidates are in; the snapshot, when all parts are out."""
        await paced(pool)
        done = await work.read(pool, job)
        if done is not None and done.stage == LIST:
            return await self._listing(pool, job)
        if done is not None and done.stage == NAME:
            return await self._last(pool, job)
        return None

    async def _listing(self, pool: asyncpg.Pool[asyncpg.Record], job: Job) -> Listed:
        frame = await self._frame(pool, job)
        people = await entries.listed(pool, job.subject)
        nodes, vacancies = (
            [one.model_dump(mode="json") for one in many] for many in (frame.nodes, frame.listed())
        )
        return await apart(computing.freeze_text, nodes, vacancies, people)

    async def _last(self, pool: asyncpg.Pool[asyncpg.Record], job: Job) -> Last:
        header, named = await self._naming.header(pool, job)
        parts = await listings.bodies(pool, job.subject, "market")
        snapshot = await apart(computing.name_text, header.model_dump(mode="json"), parts)
        return Last(header, snapshot, named)

    async def step(self, connection: Connection, job: Job, prepared: Prepared) -> Step:
        """One page, as far as the pages before have come."""
        done = await work.read(connection, job)
        assert done is not None, f"{job.subject} was never marked"
        if done.stage == FIX:
            return await self._fix(connection, job, done)
        if done.stage == TAKE:
            return await self._take(connection, job, done)
        if done.stage == LIST:
            return await self._list(connection, job, prepared)
        if done.stage == EMIT:
            return await self._emit(connection, job, done)
        return await self._tell(connection, job, done, prepared)

    async def _fix(self, connection: Connection, job: Job, done: Work) -> Step:
        world = await freezes.load_for_fixing(connection, job.subject)
        state = _freezing(world, job)
        if state is None:
            return OVER
        if isinstance(unfit := self._naming.beacon(state, job.at), freezing.Unfit):
            facts = rounds.aborted(state, unfit.code, unfit.detail)
            return await self._end(connection, world, job, facts)
        nodes = tuple(ListedNode.model_validate(node) for node in done.about["nodes"])
        seats = await freezes.seats(connection, world.vacancies)
        frame = freezing.fix(nodes, state.scope, world.vacancies.values(), seats)
        await work.move(connection, job, TAKE, about={"frame": frame.model_dump(mode="json")})
        return Step(Decided(), more=True)

    async def _take(self, connection: Connection, job: Job, done: Work) -> Step:
        page = await freezes.candidates(connection, job.subject, done.cursor, CANDIDATES)
        world = await freezes.load_round(connection, job.subject)
        state = _freezing(world, job)
        if state is None:
            return OVER
        frame = await self._frame(connection, job)
        entered = await judged(page, state, frame, self._programmes[state.programme], self._secret)
        await entries.enter(connection, job.subject, entered)
        if page.last is None:
            await work.move(connection, job, LIST)
        else:
            await work.move(connection, job, TAKE, page.last)
        return Step(Decided(), more=True)

    async def _frame(self, source: Source, job: Job) -> freezing.Frame:
        """What the first page has fixed, which never changes."""
        if job.subject not in self._frames:
            self._frames = {
                job.subject: freezing.Frame.model_validate(await work.part_of(source, job, "frame"))
            }
        return self._frames[job.subject]

    async def _list(self, connection: Connection, job: Job, prepared: Prepared) -> Step:
        if not isinstance(prepared, Listed):
            raise RuntimeError(f"the market of {job.subject} was not prepared before its page")
        if _freezing(await freezes.load_round(connection, job.subject), job) is None:
            return OVER
        await listings.put(connection, job.subject, "market", prepared.bodies)
        about = {"parts": len(prepared.bodies), "candidates": prepared.number}
        await work.move(connection, job, EMIT, "0", about)
        return Step(Decided(), more=True)

    async def _emit(self, connection: Connection, job: Job, done: Work) -> Step:
        if _freezing(await freezes.load_round(connection, job.subject), job) is None:
            return OVER
        parts = await listings.after(connection, job.subject, "market", int(done.cursor), PARTS)
        last = parts[-1]["part"]
        await work.move(connection, job, NAME if last == done.about["parts"] else EMIT, str(last))
        listed = (MarketListed.model_validate(part) for part in parts)
        return Step(
            Decided(tuple(Draft("round.market_listed", job.subject, one) for one in listed)), more=True
        )

    async def _tell(self, connection: Connection, job: Job, done: Work, prepared: Prepared) -> Step:
        if not isinstance(prepared, Last):
            raise RuntimeError(f"the market of {job.subject} was not named before its page")
        world = await freezes.load_round(connection, job.subject)
        state = _freezing(world, job)
        if state is None:
            return OVER
        if prepared.named and not prepared.named.holds(await self._naming.now(connection, job)):
            # Naming took so long that the beacon would come too soon: another one is named.
            await work.move(connection, job, NAME)
            return Step(Decided(), more=True)
        # The match reads the header that the snapshot names.
        await work.move(connection, job, NAME, about={"header": prepared.header.model_dump(mode="json")})
        return await self._end(connection, world, job, (frozen(state, done.about, prepared),))

    async def _end(self, connection: Connection, world: World, job: Job, facts: tuple[Draft, ...]) -> Step:
        item = Input(InputKind.DEADLINE, "job.freeze", job.subject, None, job.at)
        for fact in facts:
            self._domain.evolve(world, fact, item)
        await self._store.save(connection, world)
        return Step(Decided(facts), more=False)


def _freezing(world: World, job: Job) -> RoundState | None:
    row = world.rounds.get(job.subject)
    return row.state if row is not None and row.freezing else None
