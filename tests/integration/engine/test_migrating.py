"""Databases that were made by an earlier version get what is new, by a file of its own."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import asyncpg
import pytest

from cli.embedded.stack import EmbeddedStack
from jembatan.engine import migrate as migrating
from jembatan.engine.migrate import ENGINE, migrate, migrations_of, pending
from tests.support import toy

pytestmark = pytest.mark.kafka
FOLDER = toy.service().migrations
FIRST = "0000_engine"
AS_PUBLISHED = "5d38c791e579795a9624b9b44cff6e18292ff79796abcad96ee90bd7581a7dbc"
INDEX = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'aged' AND indexname = 'seen_at'"


@pytest.fixture
async def aged(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A schema of the engine's first file and the toy's, as the first version made it."""
    connection = await asyncpg.connect(stack.postgres, server_settings={"search_path": "aged"})
    await connection.execute("CREATE SCHEMA aged")
    with monkeypatch.context() as first:
        first.setattr(migrating, "ENGINE", {FIRST: ENGINE[FIRST]})
        await migrate(stack.postgres, "aged", FOLDER)
    yield connection
    await connection.execute("DROP SCHEMA aged CASCADE")
    await connection.close()


async def test_an_older_database_gets_what_is_new(
    stack: EmbeddedStack, aged: asyncpg.Connection[asyncpg.Record]
) -> None:
    assert "brin" in await aged.fetchval(INDEX)
    new = [name for name in ENGINE if name != FIRST]
    assert await pending(aged, FOLDER) == new
    assert await migrate(stack.postgres, "aged", FOLDER) == new
    assert "btree" in await aged.fetchval(INDEX)
    assert await pending(aged, FOLDER) == [] == await migrate(stack.postgres, "aged", FOLDER)


def test_the_first_file_is_as_it_was_applied() -> None:
    first = migrations_of(FOLDER)[0]
    assert first.name == FIRST
    assert first.checksum == AS_PUBLISHED, "databases have it as it was: add another file instead"
    assert hashlib.sha256(first.sql.encode()).hexdigest() == first.checksum
