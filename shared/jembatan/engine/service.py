"""What a service declares to the engine: its rules, its tables, what it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar

import asyncpg

from jembatan.contracts.deciding import Decided, Domain, Input

Connection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)
World = TypeVar("World")


class Store(Protocol[World]):
    """A service's SQL. Every call but `due` runs inside the engine's transaction, READ COMMITTED.

    Locks are taken class by class in one order, each class whole and sorted: candidates, vacancies,
    partnerships, caps, rounds, jobs. Rows `FOR UPDATE … ORDER BY id`; partnerships, caps and subjects
    that do not exist yet by `locks.shared` and `locks.exclusive`. State is read by the locking statement
    or after it.
    """

    async def load(self, connection: Connection, items: Sequence[Input]) -> World:
        """Lock and load whatever the inputs touch or rest on."""
        ...

    async def save(self, connection: Connection, world: World) -> None:
        """Write what `evolve` changed in the world."""
        ...

    async def due(
        self, connection: Connection, lanes: Sequence[int], watermark: datetime, limit: int
    ) -> list[Input]:
        """Deadlines before the watermark of subjects whose lane is one of `lanes`, read without locks.

        They are decided like other inputs, so `decide` looks at the locked state again.
        """
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """Long work at one page; `at` is the time of the decision that started it."""

    kind: str
    subject: str
    page: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What one page of a job leads to; without `more` the job is done."""

    decided: Decided
    more: bool


class Jobs(Protocol):
    """A service's long work, in pages of one transaction each."""

    async def prepare(self, pool: asyncpg.Pool[asyncpg.Record], job: Job) -> object:
        """Read and compute outside of any transaction, in a process of its own if it is much."""
        ...

    async def step(self, connection: Connection, job: Job, prepared: object) -> Step:
        """Do one page in the engine's transaction; states are saved here, facts by the engine."""
        ...


@dataclass(frozen=True)
class Service:
    """One service, whole: what goes in, what comes out, by which rules and into which tables.

    `reads` are other services' fact nouns, as `partnership`, by the service that publishes them.
    """

    name: str
    domain: Domain[Any]
    store: Store[Any]
    migrations: Path
    reads: dict[str, tuple[str, ...]] = field(default_factory=dict)
    jobs: Jobs | None = None
