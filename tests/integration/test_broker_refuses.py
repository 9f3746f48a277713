"""What a live broker appends, deduplicates and refuses when the sequence number is the fact's place.

The model in `tests/model/broker.py` and the publishing of lanes rest on these answers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import GroupLoadInProgressError, OutOfOrderSequenceNumber

from cli.embedded.stack import EmbeddedStack
from jembatan.engine import topics
from jembatan.engine.wire import SEQUENCES, Outgoing, Wire, sequence_of
from jembatan.topology import Topic

pytestmark = pytest.mark.kafka

TIMEOUT = 15.0
NUMBERS = count(1)
LONG_AGO = 1_700_000_000_000  # 2023-11-14; a producer's state is kept for 24.8 days


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    folder: Path = tmp_path_factory.mktemp("broker")
    with EmbeddedStack(folder) as running:
        yield running


@dataclass
class Lane:
    """A fresh topic of one partition, and a producer id of its own."""

    stack: EmbeddedStack
    wire: Wire
    topic: str
    producer: int
    timestamp: int = field(default_factory=lambda: int(time.time() * 1000))

    async def write(self, *places: int) -> int:
        """One request with these places as values, its sequence by the first: gives the first offset."""
        records = [Outgoing(None, str(place).encode(), self.timestamp) for place in places]
        first = sequence_of(places[0])
        return await self.wire.produce(self.topic, 0, records, producer_id=self.producer, sequence=first)

    async def log(self) -> list[int]:
        """The places in the partition, in order."""
        partition = TopicPartition(self.topic, 0)
        consumer = AIOKafkaConsumer(bootstrap_servers=self.stack.kafka, enable_auto_commit=False)
        await consumer.start()
        try:
            consumer.assign([partition])
            end = (await consumer.end_offsets([partition]))[partition]
            consumer.seek(partition, 0)
            return [int((await consumer.getone()).value) for _ in range(end)]
        finally:
            await consumer.stop()


async def _producer_id(wire: Wire) -> int:
    """A new producer id; a broker that has just started asks its controller for a block of them first."""
    async with asyncio.timeout(TIMEOUT):
        while True:
            try:
                return await wire.producer_id()
            except GroupLoadInProgressError:
                await asyncio.sleep(0.1)


async def _new_lane(stack: EmbeddedStack, wire: Wire, **config: str) -> Lane:
    topic = f"lane-{next(NUMBERS)}"
    settings = {"retention.ms": "-1", **config}
    await topics.create(stack.kafka, [Topic(name=topic, partitions=1, replication=1, config=settings)])
    return Lane(stack, wire, topic, await _producer_id(wire))


@asynccontextmanager
async def _wire(stack: EmbeddedStack) -> AsyncIterator[Wire]:
    wire = Wire(stack.kafka, TIMEOUT)
    await wire.start()
    try:
        yield wire
    finally:
        await wire.stop()


@pytest.fixture
async def lane(stack: EmbeddedStack) -> AsyncIterator[Lane]:
    async with _wire(stack) as wire:
        yield await _new_lane(stack, wire)


async def _refused(lane: Lane, *places: int) -> None:
    with pytest.raises(OutOfOrderSequenceNumber):
        await lane.write(*places)


async def test_every_place_is_its_offset_plus_one(lane: Lane) -> None:
    assert [await lane.write(1), await lane.write(2, 3), await lane.write(4)] == [0, 1, 3]
    assert await lane.log() == [1, 2, 3, 4]


async def test_a_repeat_with_the_same_bounds_gets_the_old_offset_and_writes_nothing(lane: Lane) -> None:
    await lane.write(1)
    await lane.write(2, 3)
    assert await lane.write(2, 3) == 1
    assert await lane.log() == [1, 2, 3]


@pytest.mark.parametrize("late", [(2,), (3,), (3, 4), (2, 3, 4), (1, 2)], ids=str)
async def test_a_late_write_with_other_bounds_is_refused(lane: Lane, late: tuple[int, ...]) -> None:
    await lane.write(1)
    await lane.write(2, 3)
    await _refused(lane, *late)
    assert await lane.log() == [1, 2, 3]


async def test_a_gap_is_refused_and_the_right_place_taken_after_it(lane: Lane) -> None:
    await lane.write(1)
    await _refused(lane, 3)
    assert await lane.write(2) == 1
    assert await lane.log() == [1, 2]


async def test_a_repeat_older_than_the_last_five_batches_is_refused(lane: Lane) -> None:
    for place in range(1, 8):
        await lane.write(place)
    assert await lane.write(3) == 2
    await _refused(lane, 2)
    assert await lane.log() == [1, 2, 3, 4, 5, 6, 7]


async def test_an_unknown_producer_may_begin_anywhere_so_the_first_record_goes_alone(lane: Lane) -> None:
    assert await lane.write(42) == 0
    await _refused(lane, 41)
    assert await lane.log() == [42]


async def test_another_producer_id_is_not_stopped_so_a_lane_keeps_its_own(lane: Lane) -> None:
    await lane.write(1)
    other = Lane(lane.stack, lane.wire, lane.topic, await _producer_id(lane.wire))
    assert await other.write(1) == 1
    assert await lane.log() == [1, 1]


@pytest.mark.parametrize("apart", [True, False], ids=["one_request_each", "across_in_one_request"])
async def test_the_sequence_starts_again_at_two_to_the_31(lane: Lane, apart: bool) -> None:
    last = SEQUENCES
    assert (sequence_of(last), sequence_of(last + 1)) == (SEQUENCES - 1, 0)
    await lane.write(last - 1)
    for places in [(last,), (last + 1,)] if apart else [(last, last + 1)]:
        await lane.write(*places)
    await lane.write(last + 2)
    await _refused(lane, last + 4)
    assert await lane.log() == [last - 1, last, last + 1, last + 2]


async def _kill_and_restart(stack: EmbeddedStack) -> None:
    await asyncio.to_thread(stack.kill_kafka)
    await asyncio.to_thread(stack.restart_kafka)


async def test_the_broker_remembers_after_kill_9(stack: EmbeddedStack) -> None:
    """Whether the lane's records carry their creator's time or, older than any state, the broker's."""
    async with _wire(stack) as wire:
        created = await _new_lane(stack, wire)
        appended = await _new_lane(stack, wire, **{"message.timestamp.type": "LogAppendTime"})
        lanes = [created, replace(appended, timestamp=LONG_AGO)]
        for lane in lanes:
            await lane.write(1)
            await lane.write(2, 3)
        await _kill_and_restart(stack)
    async with _wire(stack) as wire:
        for lane in (replace(lane, wire=wire) for lane in lanes):
            assert await lane.write(2, 3) == 1
            for late in [(2,), (3, 4), (5,)]:
                await _refused(lane, *late)
            assert await lane.write(4) == 3
            assert await lane.log() == [1, 2, 3, 4]


async def test_a_restarted_broker_forgets_a_producer_whose_records_are_dated_long_ago(
    stack: EmbeddedStack,
) -> None:
    """A producer's age is measured by its last record's timestamp: a creator's old dates undo the guard."""
    async with _wire(stack) as wire:
        lane = replace(await _new_lane(stack, wire), timestamp=LONG_AGO)
        await lane.write(1)
        await lane.write(2, 3)
        await _kill_and_restart(stack)
    async with _wire(stack) as wire:
        late = replace(lane, wire=wire)
        assert await late.write(2, 3) == 3
        assert await late.log() == [1, 2, 3, 2, 3]
