"""A toy service for tests of the engine: it counts, in PostgreSQL, how often each list was published.

What a subject begins with says what happens: `refuse` is refused, `bug` makes the rule fail, `huge` leads to
a fact too large to send, `due` starts a deadline of two seconds, `job` a job of three pages; with `bug`
in the name these two fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import asyncpg
from pydantic import BaseModel

from jembatan.contracts.deciding import Decided, Draft, Input, InputKind, NewJob, Outcome, Refused
from jembatan.contracts.partners import SafeguardsAdopted, SafeguardsState
from jembatan.contracts.refusal import Reason
from jembatan.engine import locks
from jembatan.engine.lanes import lane_of
from jembatan.engine.service import Connection, Job, Service, Step

PAGES = 3
WAIT = timedelta(seconds=2)
DEADLINE = "safeguards.due"


@dataclass
class Tally:
    reported: int = 0
    due_at: datetime | None = None


@dataclass
class World:
    tallies: dict[str, Tally] = field(default_factory=dict)


def adopted(subject: str, note: str = "") -> Draft:
    countries = (
        tuple(f"{a}{b}" for a in "ABCDEFGHIJ" for b in "KLMNOPQRST")
        if subject.startswith("huge")
        else ("AF",)
    )
    state = SafeguardsState.model_construct(
        id=subject, published_on=date(2024, 1, 1), countries=countries * 2000
    )
    if not subject.startswith("huge"):
        state = SafeguardsState(id=subject, published_on=date(2024, 1, 1), countries=countries)
    return Draft(
        "safeguards.adopted", subject, SafeguardsAdopted(state=state, changed=(note,) if note else ())
    )


class ToyDomain:
    def decide(self, world: World, item: Input) -> Outcome:
        if item.kind is InputKind.DEADLINE:
            if "bug" in item.subject:
                raise RuntimeError("a bug in a deadline")
            tally = world.tallies.get(item.subject)
            return Decided((adopted(item.subject, "due"),)) if tally and tally.due_at else Decided()
        if item.subject.startswith("refuse"):
            return Refused((Reason(code="NO", detail="No."), Reason(code="NEVER", detail="Never.")))
        if item.subject.startswith("bug"):
            raise RuntimeError("a bug in a rule")
        jobs = (NewJob("toy", item.subject, item.at),) if item.subject.startswith("job") else ()
        return Decided((adopted(item.subject),), jobs=jobs)

    def evolve(self, world: World, change: Draft | BaseModel, item: Input) -> None:
        tally = world.tallies.setdefault(item.subject, Tally())
        if item.kind is InputKind.DEADLINE:
            tally.due_at = None
        else:
            tally.reported += 1
            tally.due_at = item.at + WAIT if item.subject.startswith("due") else None


class ToyStore:
    def __init__(self, partitions: int) -> None:
        self._partitions = partitions

    async def load(self, connection: Connection, items: Sequence[Input]) -> World:
        subjects = sorted({item.subject for item in items})
        await locks.exclusive(connection, "tally", subjects)
        rows = await connection.fetch("SELECT * FROM tally WHERE subject = ANY($1)", subjects)
        return World({row["subject"]: Tally(row["reported"], row["due_at"]) for row in rows})

    async def save(self, connection: Connection, world: World) -> None:
        await connection.executemany(
            "INSERT INTO tally (subject, reported, due_at, lane) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (subject) DO UPDATE SET reported = EXCLUDED.reported, due_at = EXCLUDED.due_at",
            [
                (subject, tally.reported, tally.due_at, lane_of(subject, self._partitions))
                for subject, tally in sorted(world.tallies.items())
            ],
        )

    async def due(
        self, connection: Connection, lanes: Sequence[int], watermark: datetime, limit: int
    ) -> list[Input]:
        rows = await connection.fetch(
            "SELECT subject, due_at FROM tally WHERE due_at < $1 AND lane = ANY($2) ORDER BY due_at LIMIT $3",
            watermark,
            list(lanes),
            limit,
        )
        return [Input(InputKind.DEADLINE, DEADLINE, row["subject"], None, row["due_at"]) for row in rows]


class ToyJobs:
    async def prepare(self, pool: asyncpg.Pool[asyncpg.Record], job: Job) -> object:
        return f"page {job.page}"

    async def step(self, connection: Connection, job: Job, prepared: object) -> Step:
        if "bug" in job.subject:
            raise RuntimeError("a bug in a page")
        await connection.execute("INSERT INTO page_done VALUES ($1, $2)", job.subject, job.page)
        return Step(Decided((adopted(job.subject, str(prepared)),)), more=job.page + 1 < PAGES)


def service(partitions: int = 4) -> Service:
    """The toy under the name of `partners`, whose topics and events it borrows."""
    folder = Path(__file__).with_name("toy_migrations")
    return Service("partners", ToyDomain(), ToyStore(partitions), folder, jobs=ToyJobs())
