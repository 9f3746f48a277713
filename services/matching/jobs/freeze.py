"""The freeze of a round, in pages: fix, take candidates in, list the market, say that it is frozen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import asyncpg

from jembatan.contracts.deciding import Decided, Draft, Input, InputKind
from jembatan.contracts.matching.rounds import Header, MarketListed, RoundState
from jembatan.contracts.refusal import Reason
from jembatan.engine.service import Connection, Job, Step
from services.matching import computing
from services.matching.computing import Listing
from services.matching.domain import MatchingDomain, freezing, rounds
from services.matching.domain.rules import Programmes
from services.matching.domain.world import CandidateRow, World
from services.matching.jobs.apart import apart
from services.matching.store import MatchingStore, freezes, work
from services.matching.store.work import Work

FIX, TAKE, LIST, EMIT = "fix", "take", "list", "emit"
CANDIDATES = 500
PARTS = 4
OVER = Step(Decided(), more=False)


class Freeze:
    """The job `freeze` of a round."""

    def __init__(
        self, store: MatchingStore, domain: MatchingDomain, programmes: Programmes, secret: bytes
    ) -> None:
        self._store, self._domain = store, domain
        self._programmes, self._secret = programmes, secret

    async def prepare(self, pool: asyncpg.Pool[asyncpg.Record], job: Job) -> Listing | None:
        """The listing and its snapshot, when all candidates are in."""
        done = await work.read(pool, job)
        if done is None or done.stage != LIST:
            return None
        frame = freezing.Frame.model_validate(done.about["frame"])
        people = [
            (row["reference"], row["preferences"], json.loads(row["tiers"]), row["score"])
            for row in await work.listed(pool, job.subject)
        ]
        nodes, vacancies = (
            [one.model_dump(mode="json") for one in many] for many in (frame.nodes, frame.listed())
        )
        header = done.about["header"]
        return await apart(computing.freeze, header, nodes, vacancies, people)

    async def step(self, connection: Connection, job: Job, prepared: Listing | None) -> Step:
        """One page, as far as the pages before have come."""
        done = await work.read(connection, job)
        if done is None:
            return await self._fix(connection, job)
        if done.stage == TAKE:
            return await self._take(connection, job, done)
        if done.stage == LIST:
            return await self._list(connection, job, prepared)
        return await self._emit(connection, job, done)

    async def _fix(self, connection: Connection, job: Job) -> Step:
        world = await freezes.load_for_fixing(connection, job.subject)
        state = _freezing(world, job)
        if state is None:
            return OVER
        frame = freezing.fix(world, state, await freezes.seats(connection, world.vacancies))
        if isinstance(frame, freezing.Unfit):
            facts = rounds.aborted(state, frame.code, frame.detail)
            return await self._end(connection, world, job, facts)
        header = freezing.header(state).model_dump(mode="json")
        about = {"frame": frame.model_dump(mode="json"), "header": header}
        await work.begin(connection, job, TAKE, about)
        return Step(Decided(), more=True)

    async def _take(self, connection: Connection, job: Job, done: Work) -> Step:
        page = await freezes.candidates(connection, job.subject, done.cursor, CANDIDATES)
        world = await freezes.load_round(connection, job.subject)
        state = _freezing(world, job)
        if state is None:
            return OVER
        frame = freezing.Frame.model_validate(done.about["frame"])
        await work.enter(connection, job.subject, list(self._entries(state, frame, page)))
        if page.last is None:
            await work.move(connection, job, LIST)
        else:
            await work.move(connection, job, TAKE, page.last)
        return Step(Decided(), more=True)

    def _entries(
        self, state: RoundState, frame: freezing.Frame, page: freezes.Page
    ) -> Iterable[freezing.Entry]:
        rules = self._programmes[state.programme]
        for row in page.rows:
            bars = _bars(row, page)
            entry = freezing.enter(state, frame, rules, row, bars, self._secret)
            if entry is not None:
                yield entry

    async def _list(self, connection: Connection, job: Job, prepared: Listing | None) -> Step:
        if prepared is None:
            raise RuntimeError(f"the market of {job.subject} was not prepared before its page")
        if _freezing(await freezes.load_round(connection, job.subject), job) is None:
            return OVER
        await work.put_parts(connection, job.subject, "market", prepared.parts)
        about = {
            "snapshot": prepared.snapshot,
            "parts": len(prepared.parts),
            "candidates": prepared.candidates,
        }
        await work.move(connection, job, EMIT, "0", about)
        return Step(Decided(), more=True)

    async def _emit(self, connection: Connection, job: Job, done: Work) -> Step:
        world = await freezes.load_round(connection, job.subject)
        state = _freezing(world, job)
        if state is None:
            return OVER
        after = int(done.cursor)
        if after == done.about["parts"]:
            return await self._end(connection, world, job, (_frozen(state, done.about),))
        parts = await work.parts(connection, job.subject, "market", after, PARTS)
        await work.move(connection, job, EMIT, str(parts[-1]["part"]))
        listed = (MarketListed.model_validate(part) for part in parts)
        return Step(
            Decided(tuple(Draft("round.market_listed", job.subject, one) for one in listed)), more=True
        )

    async def _end(self, connection: Connection, world: World, job: Job, facts: tuple[Draft, ...]) -> Step:
        item = Input(InputKind.DEADLINE, "job.freeze", job.subject, None, job.at)
        for fact in facts:
            self._domain.evolve(world, fact, item)
        await self._store.save(connection, world)
        return Step(Decided(facts), more=False)


def _freezing(world: World, job: Job) -> RoundState | None:
    row = world.rounds.get(job.subject)
    return row.state if row is not None and row.freezing else None


def _frozen(state: RoundState, about: dict[str, Any]) -> Draft:
    counts = {name: about[name] for name in ("snapshot", "parts", "candidates")}
    return rounds.frozen(state, Header.model_validate(about["header"]), **counts)


def _bars(row: CandidateRow, page: freezes.Page) -> tuple[Reason, ...]:
    name = row.state.id
    if other := page.in_round.get(name):
        return (Reason(code="IN_OTHER_ROUND", detail=f"The round {other} is not settled yet."),)
    if offer := page.with_offer.get(name):
        return (Reason(code="E_OFFER_HELD", detail=f"The offer {offer} is held already."),)
    return ()
