"""Candidates in a real PostgreSQL: written and read whole, locked, due, also before they exist."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from cli.embedded.postgres import Postgres
from jembatan.contracts.matching.candidates import CandidateState, Evidence, Rejection
from jembatan.engine.lanes import lane_of
from jembatan.engine.migrate import migrate
from jembatan.engine.service import Connection
from services.matching.domain.world import CandidateRow
from services.matching.store import candidates
from tests.unit.matching.persons import AS_OF, evidence, state

pytestmark = pytest.mark.kafka
PARTITIONS = 4
LANES = range(PARTITIONS)
MIGRATIONS = Path(candidates.__file__).parents[1] / "migrations"


@pytest.fixture(scope="module")
def dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = Postgres(tmp_path_factory.mktemp("candidates"), "a-password-of-tests")
    server.spawn()
    try:
        server.wait_ready()
        address = server.dsn("postgres")
        asyncio.run(prepare(address))
        yield address
    finally:
        server.stop()


async def prepare(dsn: str) -> None:
    connection = await asyncpg.connect(dsn, timeout=10)
    await connection.execute("CREATE SCHEMA matching")
    await connection.close()
    await migrate(dsn, "matching", MIGRATIONS)


@pytest.fixture
async def first(dsn: str) -> AsyncIterator[Connection]:
    connection = await connect(dsn)
    await connection.execute("TRUNCATE candidate")
    yield connection
    await connection.close()


@pytest.fixture
async def second(dsn: str) -> AsyncIterator[Connection]:
    connection = await connect(dsn)
    yield connection
    await connection.close()


async def connect(dsn: str) -> Connection:
    settings = {"search_path": "matching", "lock_timeout": "10s"}
    return await asyncpg.connect(dsn, timeout=10, server_settings=settings)


def row(name: str, phase: str = "rostered", ends_at: datetime = AS_OF) -> CandidateRow:
    roster = {"programme": "p/1", "starts_at": ends_at - timedelta(days=9), "ends_at": ends_at}
    its = {"id": name, "phase": phase, "roster": None if phase == "registered" else roster}
    return CandidateRow(state(**its), evidence())


async def save(connection: Connection, *rows: CandidateRow) -> None:
    await candidates.save(connection, rows, PARTITIONS)


async def test_rows_come_back_as_they_were(first: Connection) -> None:
    rejection = Rejection(reason="NOT_GENUINE", note="Ünïcode — “quoted”, \\ and {}", at=AS_OF)
    shown = evidence().model_copy(update={"rejection": rejection})
    listed = row("c-1").state.model_copy(update={"preferences": ("v-2", "v-1"), "confirmed_at": AS_OF})
    least = CandidateRow(
        CandidateState(id="c-2", origin="ID", phase="registered"),
        Evidence(birth_date=datetime(2000, 2, 29, tzinfo=UTC).date(), citizenship="ID"),
    )
    rows = [CandidateRow(listed, shown), least]
    await save(first, *rows)
    async with first.transaction():
        assert await candidates.load(first, ["c-2", "c-1", "c-9"]) == {one.state.id: one for one in rows}


async def test_saving_again_replaces_all_columns(first: Connection) -> None:
    await save(first, row("c-1", "registered"))
    await save(first, row("c-1"))
    await save(first)
    (found,) = await first.fetch("SELECT * FROM candidate")
    assert (found["phase"], found["roster_ends_at"]) == ("rostered", AS_OF)
    assert found["lane"] == lane_of("c-1", PARTITIONS)


async def test_the_state_holds_nothing_of_the_evidence(first: Connection) -> None:
    await save(first, row("c-1"))
    keys = await first.fetchval("SELECT array_agg(k) FROM candidate, jsonb_object_keys(state) AS k")
    assert set(keys) == set(CandidateState.model_fields)
    assert not set(keys) & set(Evidence.model_fields)


async def test_due_are_the_rostered_of_these_lanes_whose_time_is_past(first: Connection) -> None:
    late, past = AS_OF - timedelta(days=1), AS_OF - timedelta(days=2)
    await save(
        first, row("c-now"), row("c-late", ends_at=late), row("c-past", ends_at=past),
        row("c-gone", "delisted", past), row("c-new", "registered"),
    )  # fmt: skip
    found = await candidates.due(first, LANES, AS_OF, 10)
    assert [(item.type, item.subject, item.at) for item in found] == [
        ("candidate.roster_ends", "c-past", past), ("candidate.roster_ends", "c-late", late),
    ]  # fmt: skip
    assert [item.subject for item in await candidates.due(first, LANES, AS_OF, 1)] == ["c-past"]
    elsewhere = [lane for lane in LANES if lane != lane_of("c-past", PARTITIONS)]
    assert "c-past" not in [item.subject for item in await candidates.due(first, elsewhere, AS_OF, 10)]


async def waits(task: asyncio.Task[object], seconds: float = 0.5) -> bool:
    done, _ = await asyncio.wait({task}, timeout=seconds)
    return not done


@pytest.mark.parametrize("exists", [True, False])
async def test_a_candidate_is_locked_whether_it_exists_or_not(
    first: Connection, second: Connection, exists: bool
) -> None:
    if exists:
        await save(first, row("c-1", "registered"))
    mine = first.transaction()
    await mine.start()
    assert set(await candidates.load(first, ["c-1"])) == ({"c-1"} if exists else set())
    async with second.transaction():
        theirs = asyncio.create_task(candidates.load(second, ["c-1"]))
        assert await waits(theirs)
        await save(first, row("c-1"))
        await mine.commit()
        found = await asyncio.wait_for(theirs, 10)
        assert found["c-1"].state.phase == "rostered"


async def test_overlapping_batches_in_any_order_never_deadlock(first: Connection, second: Connection) -> None:
    await save(first, *(row(f"c-{number}") for number in range(0, 40, 2)))
    names = [f"c-{number}" for number in range(40)]

    async def batches(connection: Connection, wanted: list[str]) -> None:
        for size in (40, 7, 21, 33):
            async with connection.transaction():
                found = await candidates.load(connection, wanted[:size])
                await save(connection, *found.values(), *(row(n) for n in wanted[:size] if n not in found))

    await asyncio.wait_for(asyncio.gather(batches(first, names), batches(second, names[::-1])), 30)
    assert await first.fetchval("SELECT count(*) FROM candidate") == 40
