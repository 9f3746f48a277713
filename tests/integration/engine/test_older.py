"""A database restored from a backup is older than its topics: its service halts, and decides nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from cli.embedded.stack import EmbeddedStack
from jembatan.engine.halts import OLDER
from jembatan.engine.publisher import LanePublisher
from jembatan.engine.worker import PartitionWorker
from tests.support import engines, kafka
from tests.support.databases import copied, emptied
from tests.support.engines import OUTPUTS, engine, fresh, report, rows, until

pytestmark = pytest.mark.kafka
OPEN = """
SELECT coalesce(sum(head - acknowledged), 0) AS open
FROM lane_head JOIN lane_mark USING (topic, partition)
"""
HEADS = "SELECT topic, partition, head FROM lane_head ORDER BY topic, partition"
POSITIONS = "SELECT * FROM position ORDER BY topic, partition"
NOW = "SELECT clock_timestamp() AS now"
UNDER_WAY = """
SELECT count(*) AS n FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start <= $1
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """Servers of their own: these tests put older databases in the place of newer ones."""
    with EmbeddedStack(tmp_path_factory.mktemp("older")) as running:
        asyncio.run(engines.prepare(running))
        yield running


async def send(stack: EmbeddedStack, number: int) -> list[str]:
    subjects = fresh(number)
    await report(stack, *subjects)
    return subjects


async def counted(stack: EmbeddedStack, subjects: list[str]) -> bool:
    found = await rows(stack, "SELECT count(*) AS n FROM tally WHERE subject = ANY($1)", subjects)
    return bool(found[0]["n"] == len(subjects))


async def drained(stack: EmbeddedStack) -> bool:
    return bool((await rows(stack, OPEN))[0]["open"] == 0)


async def publish(stack: EmbeddedStack, number: int) -> None:
    async with engine(stack):
        subjects = await send(stack, number)
        await until(lambda: counted(stack, subjects), "all are decided")
        await until(lambda: drained(stack), "all are published")


async def lies(stack: EmbeddedStack) -> dict[tuple[str, int, int], tuple[str, bytes]]:
    """Each output's id and content, by topic, partition and place."""
    found = await asyncio.to_thread(kafka.dump, stack.kafka, OUTPUTS)
    return {(m.topic, m.partition, m.offset + 1): (m.event["id"], m.value or b"") for m in found}


async def ends(stack: EmbeddedStack) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for topic, partition, place in await lies(stack):
        found[topic, partition] = max(place, found.get((topic, partition), 0))
    return found


async def heads(stack: EmbeddedStack) -> dict[tuple[str, int], int]:
    return {(row["topic"], row["partition"]): row["head"] for row in await rows(stack, HEADS)}


async def halted(stack: EmbeddedStack) -> list[str]:
    found = await rows(stack, "SELECT halted FROM lane WHERE halted IS NOT NULL ORDER BY partition")
    return [row["halted"] for row in found]


async def ended(stack: EmbeddedStack, then: datetime) -> bool:
    """Whether every transaction that had begun by then has ended."""
    return bool((await rows(stack, UNDER_WAY, then))[0]["n"] == 0)


async def nothing_is_decided(stack: EmbeddedStack) -> None:
    """With reports and ticks there to be decided, no position and no head moves."""
    before = await rows(stack, POSITIONS), await heads(stack)
    async with engine(stack) as running:
        await send(stack, 20)
        await until(lambda: _stands(running), "deciding stands, and says why")
        told = " ".join(running.hub.standing().values())  # type: ignore[union-attr]
        assert OLDER in told and "`jembatan recover partners`" in told
        for _ in range(6):
            await running.tick()
            await asyncio.sleep(0.5)
        assert not running.ready
    assert (await rows(stack, POSITIONS), await heads(stack)) == before


def _stands(running: Any) -> bool:  # noqa: ANN401
    standing = running.hub.standing()
    return all(f"decide {number}" in standing for number in range(4))


async def test_a_database_older_than_its_topics_decides_nothing(stack: EmbeddedStack) -> None:
    await publish(stack, 20)
    await copied(stack, "jembatan", "older")
    await publish(stack, 40)
    await copied(stack, "jembatan", "newest")
    await copied(stack, "older", "jembatan")
    await nothing_is_decided(stack)
    found = await halted(stack)
    assert found and all(OLDER in why for why in found)


async def test_the_newest_database_goes_on_where_it_was(stack: EmbeddedStack) -> None:
    await copied(stack, "newest", "jembatan")
    async with engine(stack) as running:
        subjects = await send(stack, 10)
        await until(lambda: counted(stack, subjects), "all are decided")
        await until(lambda: drained(stack), "all are published")
        await until(lambda: running.ready, "the service is ready")
    assert await halted(stack) == []
    await copied(stack, "jembatan", "newest")


async def test_a_mark_that_was_not_written_halts_nothing(stack: EmbeddedStack) -> None:
    await rows(stack, "UPDATE lane_mark SET acknowledged = greatest(acknowledged - 5, 0)")
    await publish(stack, 8)
    assert await halted(stack) == []


async def test_counts_that_meet_again_do_not_deceive(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older database that decided other reports until its places were as many as the topic's."""
    await copied(stack, "older", "jembatan")
    emptied(stack.kafka, "partners.reports")

    async def go_on(worker: PartitionWorker, _: object) -> None:
        worker._hub.level.add(worker._partition)

    with monkeypatch.context() as patched:
        patched.setattr(PartitionWorker, "_compare", go_on)
        patched.setattr(LanePublisher, "run", lambda _: asyncio.sleep(3600))
        async with engine(stack):
            subjects = await send(stack, 240)
            await until(lambda: counted(stack, subjects), "other reports are decided")
    published = await ends(stack)
    reached = await heads(stack)
    assert all(reached[lane] >= end for lane, end in published.items())
    await last_ones_are_those_of_the_topic(stack, published)
    await nothing_that_follows_is_decided(stack)
    found = await halted(stack)
    assert found and all(f"{OLDER}: another" in why for why in found)


async def last_ones_are_those_of_the_topic(
    stack: EmbeddedStack, published: dict[tuple[str, int], int]
) -> None:
    lying = await lies(stack)
    connection = await asyncpg.connect(stack.postgres, server_settings={"search_path": "partners"})
    try:
        for (topic, partition), end in published.items():
            identity, value = lying[topic, partition, end]
            await connection.execute(
                "UPDATE outbox SET id = $4::text::uuid, value = $5"
                " WHERE topic = $1 AND partition = $2 AND place = $3",
                topic, partition, end, identity, value,
            )  # fmt: skip
    finally:
        await connection.close()


async def nothing_that_follows_is_decided(stack: EmbeddedStack) -> None:
    """The halt is found when a lane is taken, which may be after a few decisions; not one follows it.

    A transaction that has moved its position before the halt was committed may end after it.
    """
    async with engine(stack):
        await send(stack, 5)
        await until(lambda: halted(stack), "a lane halts")
        now = (await rows(stack, NOW))[0]["now"]
        await until(lambda: ended(stack, now), "what was under way then has ended")
        before = await rows(stack, POSITIONS), await heads(stack)
        await send(stack, 20)
        await asyncio.sleep(3)
        assert (await rows(stack, POSITIONS), await heads(stack)) == before
    assert len(await lies(stack)) == sum((await ends(stack)).values())
