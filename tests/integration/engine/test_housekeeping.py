"""What keeps tables small and gauges true: nothing stops all of it, and a look that finds none is cheap."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from cli.embedded.stack import EmbeddedStack
from jembatan.engine import claims, housekeeping
from jembatan.engine.hub import DECIDE, Hub
from tests.support.engines import engine, fresh, report, rows, until

pytestmark = pytest.mark.kafka
IDS = 20_000
FEW = 30
"""Pages: of 20,000 ids there are some 300."""
BEFORE = datetime(1970, 1, 1, tzinfo=UTC)
FILL = """
INSERT INTO seen
SELECT
    'housekeeping', gen_random_uuid()::text, sha256(g::text::bytea),
    $2::timestamptz + random() * interval '1 h'
FROM generate_series(1, $1::int) AS g
"""


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits five seconds."""
    monkeypatch.setattr(housekeeping, "EVERY", 0.2)


@pytest.mark.usefixtures("soon")
async def test_what_fails_keeps_nothing_else_from_being_done(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def too_long(*_: Any, **__: Any) -> int:  # noqa: ANN401
        raise asyncpg.QueryCanceledError("canceling statement due to statement timeout")

    monkeypatch.setattr(claims, "prune", too_long)
    async with engine(stack, outbox_days=0.0) as running:
        assert running.hub is not None
        gauge = running.hub.metrics.halted
        gauge.set(99)
        await report(stack, *fresh(30))
        await until(lambda: pruned(stack), "facts that are acknowledged go")
        await until(lambda: gauge._value.get() == 0, "gauges are set")


async def pruned(stack: EmbeddedStack) -> bool:
    """A lane has had facts, and keeps its last one alone."""
    found = await rows(
        stack,
        "SELECT count(*) AS n, (SELECT sum(head) FROM lane_head WHERE topic = 'partners.facts') AS head"
        " FROM outbox WHERE topic = 'partners.facts'",
    )
    return bool((found[0]["head"] or 0) >= 30 and found[0]["n"] <= 4)


@pytest.mark.usefixtures("soon")
async def test_a_partition_that_has_moved_leaves_no_gauge(stack: EmbeddedStack) -> None:
    async with engine(stack) as running:
        hub = running.hub
        assert hub is not None
        hub.progress(DECIDE, 77).lag = 5
        await until(lambda: told(hub, 77) == "5.0", "what waits is told")
        hub.forget(77)
        await until(lambda: told(hub, 77) is None, "and no more, when another process has it")
        await until(lambda: told(hub, 0) is not None, "those of its own stay")


def told(hub: Hub, partition: int) -> str | None:
    """The lag of a partition, as it is exposed."""
    name = f'jembatan_lag_records{{partition="{partition}"}} '
    found = [line for line in hub.metrics.text().decode().splitlines() if line.startswith(name)]
    return found[0].removeprefix(name) if found else None


@pytest.fixture
async def mixed(stack: EmbeddedStack) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Young ids in the place of old ones that were forgotten, as after some months."""
    connection = await asyncpg.connect(stack.postgres, server_settings={"search_path": "partners"})
    try:
        await connection.execute(FILL, IDS, BEFORE - timedelta(days=1))
        await connection.execute("VACUUM seen")
        await connection.execute(FILL, IDS // 10, BEFORE + timedelta(days=1))
        while await claims.prune(connection, BEFORE, 10_000):
            pass
        await connection.execute("VACUUM seen")
        await connection.execute(FILL, IDS, BEFORE + timedelta(days=1))
        await connection.execute("VACUUM ANALYZE seen")
        yield connection
    finally:
        await connection.execute("DELETE FROM seen WHERE source = 'housekeeping'")
        await connection.close()


@pytest.mark.parametrize("plan", ["force_custom_plan", "force_generic_plan"])
async def test_a_look_for_old_ids_that_finds_none_reads_few_pages(
    mixed: asyncpg.Connection[asyncpg.Record], plan: str
) -> None:
    await mixed.execute(f"SET plan_cache_mode = {plan}")
    await mixed.execute(f"PREPARE look (timestamptz, bigint) AS {claims.PRUNE}")
    explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE look ('{BEFORE.isoformat()}', 10000)"
    whole = json.loads(await mixed.fetchval(explain))[0]["Plan"]
    assert whole["Shared Hit Blocks"] + whole["Shared Read Blocks"] <= FEW, whole


async def test_old_ids_are_forgotten_by_pages(mixed: asyncpg.Connection[asyncpg.Record]) -> None:
    await mixed.execute(FILL, 25, BEFORE - timedelta(days=1))
    assert [await claims.prune(mixed, BEFORE, 10) for _ in range(4)] == [10, 10, 5, 0]
    assert await mixed.fetchval("SELECT count(*) FROM seen WHERE source = 'housekeeping'") >= IDS
