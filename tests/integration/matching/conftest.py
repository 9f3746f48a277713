"""One PostgreSQL for all tests of matching's store; every test has a database of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from cli.embedded.postgres import Postgres
from jembatan.engine.migrate import migrate
from services import matching
from services.matching.jobs import freeze, match
from tests.integration.matching.driver import Driver

MIGRATIONS = Path(matching.__file__).with_name("migrations")
_NUMBER = count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    running = Postgres(tmp_path_factory.mktemp("matching"), "only-for-tests")
    running.spawn()
    try:
        running.wait_ready()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def template(server: Postgres) -> str:
    """A database with matching's tables, to be copied."""
    asyncio.run(_template(server))
    return "template_matching"


async def _template(server: Postgres) -> None:
    await _run(server.dsn("postgres"), "CREATE DATABASE template_matching")
    await _run(server.dsn("template_matching"), "CREATE SCHEMA matching")
    await migrate(server.dsn("template_matching"), "matching", MIGRATIONS)


async def _run(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.fixture
async def pool(server: Postgres, template: str) -> AsyncIterator[asyncpg.Pool[asyncpg.Record]]:
    name = f"matching_{next(_NUMBER)}"
    await _run(server.dsn("postgres"), f"CREATE DATABASE {name} TEMPLATE {template}")
    settings = {"search_path": "matching", "lock_timeout": "10s"}
    async with asyncpg.create_pool(
        server.dsn(name), min_size=6, max_size=6, server_settings=settings
    ) as made:
        yield made


@pytest.fixture
def apart_driver(pool: asyncpg.Pool[asyncpg.Record]) -> Driver:
    """A driver whose jobs compute in processes of their own, as a service's do."""
    return Driver(pool)


@pytest.fixture
def driver(apart_driver: Driver, monkeypatch: pytest.MonkeyPatch) -> Driver:
    """A driver whose jobs compute here, which takes less time."""
    for module in (freeze, match):
        monkeypatch.setattr(module, "apart", _here)
    return apart_driver


async def _here(function: Callable[..., object], *arguments: object) -> object:
    return function(*arguments)
