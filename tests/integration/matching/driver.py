"""Plays inputs, deadlines and job pages against the store, one transaction each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg

from jembatan.contracts.deciding import Decided, Draft, Input, InputKind, NewJob, Outcome, Refused
from jembatan.contracts.matching.candidates import (
    CandidateRegisteredReport,
    CandidateRejected,
    CandidateVerified,
    CandidateWithdrawn,
    PreferencesConfirmedReport,
    SelectionRecordedReport,
)
from jembatan.contracts.matching.rules_employers import SelectionRule
from jembatan.contracts.partners import CapChanged, CapState, PartnershipOpened, PartnershipState
from jembatan.contracts.vacancies import VacancyPosted, VacancyState
from jembatan.engine.service import Job
from services.matching.domain import MatchingDomain, selecting
from services.matching.domain.world import CandidateRow, World
from services.matching.jobs import MatchingJobs
from services.matching.store import MatchingStore
from tests.unit.matching.made import (
    CHAINS,
    CLOSES,
    COMMITMENTS,
    DATA,
    NB,
    PROGRAMMES,
    SECRETS,
    START,
    Plain,
    announcement,
    cap,
    partnership,
    report,
    reporter,
    vacancy,
)

PARTITIONS = 4
LANES = range(PARTITIONS)
SECRET = b"s" * 32
MINUTE = timedelta(minutes=1)
DATA |= {
    "candidate.registered": CandidateRegisteredReport,
    "candidate.verified": CandidateVerified,
    "candidate.rejected": CandidateRejected,
    "candidate.withdrawn": CandidateWithdrawn,
    "preferences.confirmed": PreferencesConfirmedReport,
    "selection.recorded": SelectionRecordedReport,
}


CLASSES = SelectionRule.model_validate(
    {
        "basis": "agreed", "known": "source", "kind": "classes", "reasons": ("INTERVIEW",),
        "classes": ({"outcome": "FIRST", "tier": 1},),
    }
)  # fmt: skip


class Roster(Plain):
    """The plain rules, with a roster of a year, and employers who may put candidates into a first class."""

    max_preferences = 20
    selection = CLASSES

    def tier(self, candidate: CandidateRow, vacancy: str) -> int:
        return selecting.tier(self.selection, candidate.evidence, vacancy)

    def roster_ends(self, at: datetime) -> datetime:
        return at + timedelta(days=365)


class Crash(Exception):
    """A page's transaction ends here."""


class Driver:
    """A service without Kafka: what it decides is kept in `facts`, its jobs in `jobs`."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        programmes = PROGRAMMES | {"health/1": Roster()}
        self.pool, self.programmes = pool, programmes
        self.store, self.domain = MatchingStore(PARTITIONS), MatchingDomain(programmes, CHAINS.values())
        self.work = MatchingJobs(SECRET, programmes, PARTITIONS, CHAINS.values())
        self.facts: list[Draft] = []
        self.jobs: dict[tuple[str, str], Job] = {}

    async def decide(self, *items: Input) -> list[Outcome]:
        """Decide a batch in one transaction."""
        async with self.pool.acquire() as connection, connection.transaction():
            world = await self.store.load(connection, items)
            outcomes = [self._one(world, item) for item in items]
            await self.store.save(connection, world)
        for outcome in outcomes:
            self._made(outcome)
        return outcomes

    def _one(self, world: World, item: Input) -> Outcome:
        outcome = self.domain.decide(world, item)
        if isinstance(outcome, Decided):
            for fact in outcome.facts:
                self.domain.evolve(world, fact, item)
            for note in outcome.notes:
                self.domain.evolve(world, note, item)
        return outcome

    def _made(self, outcome: Outcome) -> None:
        if isinstance(outcome, Decided):
            self.facts += outcome.facts
            for job in outcome.jobs:
                self.jobs.setdefault((job.kind, job.subject), _first(job))

    async def report(
        self, name: str, subject: str, data: dict[str, Any], at: datetime = START, by: str = "kp2mi"
    ) -> Outcome:
        (outcome,) = await self.decide(report(name, subject, data, at, reporter(by)))
        return outcome

    async def accepted(
        self, name: str, subject: str, data: dict[str, Any], at: datetime = START, by: str = "kp2mi"
    ) -> None:
        outcome = await self.report(name, subject, data, at, by)
        assert not isinstance(outcome, Refused), outcome

    async def hear(self, *states: PartnershipState | VacancyState | CapState) -> None:
        """Other services' facts with these states."""
        await self.decide(*(_fact(state) for state in states))

    async def passes(self, watermark: datetime) -> list[Input]:
        """Decide whatever the watermark has passed; gives the deadlines."""
        async with self.pool.acquire() as connection:
            items = await self.store.due(connection, LANES, watermark, 200)
        if items:
            await self.decide(*items)
        return items

    async def page(self, kind: str, subject: str, crash: bool = False) -> bool:
        """One page of a job; whether there are more."""
        job = self.jobs[kind, subject]
        prepared = await self.work.prepare(self.pool, job)
        async with self.pool.acquire() as connection, connection.transaction():
            step = await self.work.step(connection, job, prepared)
            if crash:
                raise Crash
        self._made(step.decided)
        self.jobs[kind, subject] = replace(job, page=job.page + 1)
        return step.more

    async def finish(self, kind: str, subject: str) -> None:
        """All pages of a job."""
        while await self.page(kind, subject):
            pass

    def told(self, name: str) -> list[Any]:
        """The data of all facts of a type, in order."""
        return [fact.data for fact in self.facts if fact.type == name]

    async def rows(self, sql: str, *arguments: object) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.pool.fetch(sql, *arguments)]

    async def candidates(self, wishes: Mapping[str, Sequence[str]], at: datetime = START) -> None:
        """Rostered candidates with these preferences; the last digit of a name gives the points."""
        lists = {name: {"preferences": list(wished)} for name, wished in wishes.items()}
        verified = {name: {"programme": "health/1"} for name in wishes}
        shown = {name: {"origin": "ID", "evidence": evidence(name)} for name in wishes}
        await self.all_accepted("candidate.registered", shown, at)
        await self.all_accepted("candidate.verified", verified, at)
        await self.all_accepted("preferences.confirmed", lists, at)

    async def all_accepted(self, name: str, data: Mapping[str, dict[str, Any]], at: datetime) -> None:
        """One batch of reports, by subject."""
        outcomes = await self.decide(*(report(name, subject, one, at) for subject, one in data.items()))
        assert not [outcome for outcome in outcomes if isinstance(outcome, Refused)]

    async def open_round(self, name: str = "kp2mi-r1", **changes: object) -> None:
        """Announce a round and commit to it."""
        announced = announcement(**changes)
        await self.accepted("round.announced", name, announced)
        for by in announced["committers"]:
            commitment = COMMITMENTS[by]
            await self.accepted("commitment.made", name, {"commitment": commitment}, START, by)

    async def freeze(self, name: str = "kp2mi-r1") -> None:
        await self.passes(CLOSES + MINUTE)
        if ("freeze", name) in self.jobs:
            await self.finish("freeze", name)

    async def draw(self, name: str = "kp2mi-r1") -> None:
        await self.draw_at(name, CLOSES + MINUTE)

    async def draw_at(self, name: str, at: datetime) -> None:
        for by, secret in SECRETS.items():
            await self.accepted("secret.revealed", name, {"secret": secret.hex()}, at, by)

    async def match(self, name: str = "kp2mi-r1") -> None:
        await self.passes(CLOSES + 2 * MINUTE)
        await self.finish("match", name)

    async def platform(self, most: int | None = 3, openings: int = 5) -> None:
        """Partnerships, a cap and vacancies."""
        await self.hear(partnership(), cap(NB, most), vacancy("horizon-v1", openings=openings))
        await self.hear(vacancy("horizon-v2", openings=openings), vacancy("horizon-hard"))


def evidence(name: str) -> dict[str, Any]:
    """Evidence whose level of education is the last digit of a name."""
    return {"birth_date": date(1990, 1, 1), "citizenship": "ID", "education": min(int(name[-1]), 8)}


def _first(job: NewJob) -> Job:
    return Job(job.kind, job.subject, 0, job.at)


def _fact(state: PartnershipState | VacancyState | CapState) -> Input:
    names = {PartnershipState: "partnership.opened", VacancyState: "vacancy.posted", CapState: "cap.changed"}
    models: dict[str, Any] = {
        "partnership.opened": PartnershipOpened, "vacancy.posted": VacancyPosted, "cap.changed": CapChanged,
    }  # fmt: skip
    name = names[type(state)]
    return Input(InputKind.FACT, name, state.id, models[name](state=state, changed=()), START)
