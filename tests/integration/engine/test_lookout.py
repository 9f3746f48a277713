"""Deadlines are looked for once for all lanes of a process, and again when one may have passed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from cli.embedded.stack import EmbeddedStack
from jembatan.contracts.deciding import Input
from jembatan.engine import lookout
from jembatan.engine.host import connect
from jembatan.engine.lookout import EVERY, LOOK_AGAIN, Lookout
from jembatan.engine.service import Connection
from tests.support.engines import rows, settings
from tests.support.toy import ToyStore

pytestmark = pytest.mark.kafka
DUE = datetime(2024, 5, 1, tzinfo=UTC)
BEFORE, AFTER = DUE - timedelta(days=1), DUE + timedelta(days=1)
LANES = range(4)


class Clock:
    """A clock that stands until it is told to go."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Counting(ToyStore):
    """The toy's SQL, that tells how often it was asked, and for which lanes."""

    def __init__(self) -> None:
        super().__init__(len(LANES))
        self.asked: list[tuple[int, ...]] = []

    async def due(
        self, connection: Connection, lanes: Sequence[int], watermark: datetime, limit: int
    ) -> list[Input]:
        self.asked.append(tuple(lanes))
        return await super().due(connection, lanes, watermark, limit)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(lookout, "monotonic", clock)
    return clock


async def ask(one: Lookout, mark: datetime, generation: int = 0, times: int = 1) -> set[bool]:
    asking = (one.due(LANES, mark, generation) for _ in range(times))
    return set(await asyncio.gather(*asking))


async def test_all_lanes_share_a_look(stack: EmbeddedStack, clock: Clock) -> None:
    store = Counting()
    await rows(
        stack,
        "INSERT INTO tally (subject, reported, due_at, lane) VALUES ('lookout', 1, $1, 2)",
        DUE,
    )
    pool = await connect("partners", settings(stack))
    try:
        await looked(Lookout(store, pool, 5.0), store, clock)
    finally:
        await pool.close()
        await rows(stack, "DELETE FROM tally WHERE subject = 'lookout'")


async def looked(one: Lookout, store: Counting, clock: Clock) -> None:
    assert await ask(one, BEFORE, times=8) == {False}
    assert store.asked == [(0, 1, 2, 3)], "eight ask, and there is one look, for all lanes"
    clock.now += EVERY
    assert await ask(one, BEFORE) == {False} and len(store.asked) == 1, "nothing can have passed meanwhile"
    assert await ask(one, BEFORE, generation=1) == {False} and len(store.asked) == 2, "something was decided"
    assert await ask(one, AFTER, generation=1) == {False} and len(store.asked) == 2, "not that often"
    clock.now += EVERY
    assert await ask(one, AFTER, generation=1) == {True} and len(store.asked) == 3, "time went on"
    clock.now += EVERY
    assert await ask(one, AFTER, generation=1) == {True} and len(store.asked) == 4, "until nothing is due"
    clock.now += EVERY
    assert await ask(one, BEFORE, generation=1) == {False} and len(store.asked) == 5
    clock.now += LOOK_AGAIN + EVERY
    assert await ask(one, BEFORE, generation=1) == {False} and len(store.asked) == 6, "others decide too"


async def test_a_look_that_fails_is_made_again(stack: EmbeddedStack, clock: Clock) -> None:
    store = Counting()
    pool = await connect("partners", settings(stack))
    one = Lookout(store, pool, 5.0)
    await pool.close()
    with pytest.raises(asyncpg.InterfaceError):
        await ask(one, BEFORE)
    clock.now += EVERY
    with pytest.raises(asyncpg.InterfaceError):
        await ask(one, BEFORE)
