"""A fact is published once and in order, enforced by the broker; what is lost or foreign halts the lane."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime

import asyncpg
import pytest
from aiokafka.errors import KafkaError, OutOfOrderSequenceNumber
from pydantic import SecretStr

from cli.embedded.stack import EmbeddedStack
from jembatan.engine import housekeeping, lane, positions
from jembatan.engine.handover import Handover
from jembatan.engine.headway import Headway
from jembatan.engine.positions import PositionMoved
from jembatan.engine.publisher import LanePublisher
from jembatan.engine.records import EPOCH, Place
from jembatan.engine.wire import Outgoing, Wire, sequence_of
from tests.support import engines, kafka
from tests.support.engines import OUTPUTS, engine, fresh, report, rows, until

pytestmark = pytest.mark.kafka
FACTS = "partners.facts"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """A broker of its own: these tests write into lanes and halt them."""
    with EmbeddedStack(tmp_path_factory.mktemp("publishing")) as running:
        asyncio.run(engines.prepare(running))
        yield running


async def publish(stack: EmbeddedStack, number: int) -> None:
    """Send so many reports of fresh subjects and wait until all are acknowledged."""
    before = await decided(stack)
    await report(stack, *fresh(number))
    await until(lambda: drained(stack, before + number), "everything is published")


async def decided(stack: EmbeddedStack) -> int:
    return int((await rows(stack, "SELECT coalesce(sum(head), 0) AS head FROM lane_head"))[0]["head"])


async def drained(stack: EmbeddedStack, at_least: int = 0) -> bool:
    found = await rows(
        stack,
        "SELECT coalesce(sum(head), 0) AS head, coalesce(sum(head - acknowledged), 0) AS open"
        " FROM lane_head JOIN lane_mark USING (topic, partition)",
    )
    return bool(found[0]["open"] == 0 and found[0]["head"] >= at_least)


async def dense(stack: EmbeddedStack) -> None:
    """The topic holds each decided fact at its place, once."""
    found = await asyncio.to_thread(kafka.dump, stack.kafka, OUTPUTS)
    decided = await rows(stack, "SELECT topic, partition, place, id FROM outbox")
    lies = {(m.topic, m.partition, m.offset + 1): m.event["id"] for m in found}
    assert lies == {(r["topic"], r["partition"], r["place"]): str(r["id"]) for r in decided}


async def test_the_broker_refuses_repeats_gaps_and_late_writes(stack: EmbeddedStack, wire: Wire) -> None:
    async with engine(stack):
        await publish(stack, 60)
    (owned,) = await rows(stack, "SELECT * FROM lane WHERE partition = 1")
    (head,) = await rows(stack, f"SELECT head FROM lane_head WHERE topic = '{FACTS}' AND partition = 1")
    place = head["head"]
    late = [Outgoing(b"late", b"{}", 0)]
    for bad in (place - 3, place + 2, place + 50):
        with pytest.raises(OutOfOrderSequenceNumber):
            await wire.produce(
                FACTS, 1, late * 2, producer_id=owned["producer_id"], sequence=sequence_of(bad)
            )
    with contextlib.suppress(KafkaError):
        await wire.produce(FACTS, 1, late, producer_id=owned["producer_id"], sequence=sequence_of(place))
    await dense(stack)


async def test_what_was_decided_and_not_published_is_published_on_taking_the_lane(
    stack: EmbeddedStack,
) -> None:
    async with engine(stack) as running:
        assert running.membership is not None
        # The workers decide; their publishers are gone, as after a crash between COMMIT and publication.
        for worker in running.membership._workers.values():
            worker._tasks[1].remove_done_callback(running.hub.watch)  # type: ignore[union-attr]
            worker._tasks[1].cancel()
        await asyncio.sleep(0.2)
        before = len(await asyncio.to_thread(kafka.dump, stack.kafka, [FACTS]))
        (subject,) = fresh(1)
        await report(stack, *[subject] * 30)

        async def all_decided() -> bool:
            found = await rows(stack, "SELECT reported FROM tally WHERE subject = $1", subject)
            return bool(found and found[0]["reported"] == 30)

        await until(all_decided, "all are decided")
        assert len(await asyncio.to_thread(kafka.dump, stack.kafka, [FACTS])) == before
    async with engine(stack):
        await until(lambda: drained(stack, before + 30), "all are published")
    await dense(stack)


async def test_two_at_one_lane_publish_nothing_twice(stack: EmbeddedStack) -> None:
    async with engine(stack) as first:
        await publish(stack, 20)
        # A second publisher at the same lanes: the first is a zombie now and does not know it yet.
        assert first.hub is not None
        others = [
            asyncio.create_task(
                LanePublisher(
                    n, first.hub.outputs, first.hub.pool, 30.0, first.hub.wire, first.hub.tail,
                    asyncio.Event(), Handover(), Headway(),
                ).run()
            )
            for n in range(4)
        ]  # fmt: skip
        for _ in range(5):
            await publish(stack, 40)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await until(lambda: drained(stack), "all are published")
    await dense(stack)


async def test_a_position_moved_by_another_rolls_back(stack: EmbeddedStack) -> None:
    connection = await asyncpg.connect(stack.postgres, server_settings={"search_path": "partners"})
    try:
        source = ("partners.reports", 0)
        (row,) = await rows(
            stack, "SELECT next_offset FROM position WHERE topic = 'partners.reports' AND partition = 0"
        )
        stale = Place(row["next_offset"] - 1, EPOCH)
        with pytest.raises(PositionMoved):
            async with connection.transaction():
                await positions.move(connection, {source: stale}, {source: Place(row["next_offset"], EPOCH)})
    finally:
        await connection.close()


async def test_an_old_epoch_can_neither_mark_nor_halt(stack: EmbeddedStack) -> None:
    connection = await asyncpg.connect(stack.postgres, server_settings={"search_path": "partners"})
    try:
        old = await lane.take(connection, 3)
        await lane.take(connection, 3)
        (before,) = await rows(stack, f"SELECT * FROM lane_mark WHERE topic = '{FACTS}' AND partition = 3")
        await lane.acknowledge(connection, FACTS, before["acknowledged"] + 10, old)
        assert not await lane.halt(connection, old, "TOPIC_AHEAD: late")
        (after,) = await rows(stack, f"SELECT * FROM lane_mark WHERE topic = '{FACTS}' AND partition = 3")
        assert after == before
        assert (await rows(stack, "SELECT halted FROM lane WHERE partition = 3"))[0]["halted"] is None
    finally:
        await connection.close()


async def test_pruning_waits_for_the_acknowledgement_and_keeps_the_last(stack: EmbeddedStack) -> None:
    async with engine(stack, outbox_days=0.0) as running:
        await publish(stack, 50)
        assert running.hub is not None
        await housekeeping.prune_facts(running.hub, datetime.now(UTC))
    left = await rows(stack, "SELECT partition, count(*) AS n FROM outbox WHERE topic = $1 GROUP BY 1", FACTS)
    assert all(row["n"] == 1 for row in left) and left
    async with engine(stack):
        await publish(stack, 8)
    marks = await rows(stack, "SELECT pruned, acknowledged FROM lane_mark WHERE topic = $1", FACTS)
    assert all(0 < row["pruned"] < row["acknowledged"] for row in marks)


async def test_a_foreign_record_halts_its_lane_and_no_other(stack: EmbeddedStack, wire: Wire) -> None:
    async with engine(stack):
        await publish(stack, 20)
    await wire.produce(FACTS, 2, [Outgoing(b"foreign", b'{"id": "not ours"}', 0)])
    async with engine(stack) as running:

        async def halted() -> bool:
            found = await rows(stack, "SELECT partition, halted FROM lane WHERE halted IS NOT NULL")
            return [(r["partition"], r["halted"].split(": ")[1]) for r in found] == [(2, "TOPIC_AHEAD")]

        await until(halted, "lane 2 halts and says so")
        assert running.hub is not None
        await until(lambda: "TOPIC_AHEAD" in running.hub.standing().get("publish 2", ""), "it stands")
        assert not running.ready, "a halted lane shows in /readyz"
        await report(stack, *fresh(40))

        async def others() -> bool:
            found = await rows(
                stack,
                "SELECT partition, sum(head - acknowledged) AS open FROM lane_head"
                " JOIN lane_mark USING (topic, partition) GROUP BY 1 HAVING sum(head - acknowledged) > 0",
            )
            return [row["partition"] for row in found] == [2]

        await until(others, "the other lanes go on")


async def test_another_cluster_halts_every_lane(
    stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with EmbeddedStack(tmp_path_factory.mktemp("other")) as other:
        await engines.prepare(other)
        async with engine(stack, kafka=other.kafka, postgres=SecretStr(stack.postgres)):

            async def halted() -> bool:
                found = await rows(stack, "SELECT halted FROM lane")
                return all("OTHER_CLUSTER" in (row["halted"] or "") for row in found)

            await until(halted, "every lane halts")
