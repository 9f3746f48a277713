"""A PostgreSQL of its own, and a service's store and domain played on it, a batch a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from pydantic import BaseModel

from cli.embedded.postgres import Postgres
from jembatan.contracts.deciding import Decided, Domain, Draft, Input
from jembatan.engine.migrate import migrate
from jembatan.engine.service import Connection, Store

SERVICES = Path(__file__).parents[2] / "services"


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A running server's URL of its own database."""
    postgres = Postgres(folder, "only-for-this-test")
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    postgres.spawn()
    try:
        postgres.wait_ready()
        yield postgres.dsn("postgres")
    finally:
        postgres.stop()


class Bench:
    """A service's tables, made anew."""

    def __init__(self, pool: Any, domain: Domain[Any], store: Store[Any]) -> None:  # noqa: ANN401
        self.pool, self.domain, self.store = pool, domain, store

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        async with self.pool.acquire() as connection, connection.transaction():
            yield connection

    async def decide(self, connection: Connection, items: Sequence[Input]) -> list[list[str]]:
        """For each input the names of its facts, or the codes of its refusal; saved, not committed."""
        world = await self.store.load(connection, items)
        answers = [self._one(world, item) for item in items]
        await self.store.save(connection, world)
        return answers

    def _one(self, world: Any, item: Input) -> list[str]:  # noqa: ANN401
        outcome = self.domain.decide(world, item)
        if not isinstance(outcome, Decided):
            return [reason.code for reason in outcome.reasons]
        changes: list[Draft | BaseModel] = [*outcome.facts, *outcome.notes]
        for change in changes:
            self.domain.evolve(world, change, item)
        return [fact.type for fact in outcome.facts]

    async def play(self, *items: Input) -> list[list[str]]:
        """One batch, committed."""
        async with self.transaction() as connection:
            return await self.decide(connection, items)

    async def rows(self, sql: str, *arguments: Any) -> list[Any]:  # noqa: ANN401
        async with self.pool.acquire() as connection:
            return [row[0] for row in await connection.fetch(sql, *arguments)]


@asynccontextmanager
async def bench(dsn: str, service: str, domain: Domain[Any], store: Store[Any]) -> AsyncIterator[Bench]:
    """The service's schema, dropped and migrated."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"DROP SCHEMA IF EXISTS {service} CASCADE; CREATE SCHEMA {service}")
    await connection.close()
    await migrate(dsn, service, SERVICES / service / "migrations")
    settings = {"search_path": service, "timezone": "UTC"}
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4, server_settings=settings) as pool:
        yield Bench(pool, domain, store)


async def one_waits_for_the_other(
    desk: Bench, first: Sequence[Input], second: Sequence[Input]
) -> tuple[list[list[str]], list[list[str]]]:
    """Two transactions at once: the second begins before the first commits, and has to wait for it."""
    async with desk.transaction() as connection:
        before = await desk.decide(connection, first)
        waiting = asyncio.create_task(desk.play(*second))
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done, "the second transaction did not wait for the first"
    return before, await asyncio.wait_for(waiting, 10)
