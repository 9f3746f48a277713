"""A group's member that meets what aiokafka cannot read, before the group has committed anything."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from jembatan.client import Subscriber
from tests.unit.client import fakes

FIRST, SECOND = TopicPartition("a", 0), TopicPartition("b", 0)


class Consumer(fakes.Consumer):
    """Fails as aiokafka does: what it has drained before is not given, and passed; nothing is committed."""

    def __init__(self, positions: dict[TopicPartition, int | None]) -> None:
        super().__init__(positions)
        self.asked: list[set[TopicPartition]] = []

    async def getmany(
        self, *places: TopicPartition, timeout_ms: int, max_records: int
    ) -> dict[TopicPartition, list[ConsumerRecord]]:
        await asyncio.sleep(0)
        self.asked.append(set(places))
        drained = self.assignment() & set(places or self.assignment())
        if not drained:
            self.positions = {place: position or 0 for place, position in self.positions.items()}
            return {}
        for place in drained:
            self.seek(place, 3)
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")

    async def committed(self, place: TopicPartition) -> None:
        return None

    async def end_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, 3)

    async def commit(self) -> None:
        pass


@pytest.fixture(autouse=True)
def wire(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jembatan.client.leniently.Wire", fakes.Wire)


async def given(consumer: Consumer, count: int) -> list[tuple[str, int]]:
    """Topic and offset of the first records."""
    subscriber = Subscriber("k", ["a", "b"], group="g")
    subscriber._consumer = cast(AIOKafkaConsumer, consumer)
    found: list[tuple[str, int]] = []
    async for one in subscriber.received():
        found.append((one.record.topic, one.record.offset))
        if len(found) == count:
            break
    return found


async def test_all_that_came_after_it_joined_is_given() -> None:
    found = await asyncio.wait_for(given(Consumer({FIRST: 1, SECOND: 0}), 5), 5)
    assert sorted(found) == [("a", 1), ("a", 2), ("b", 0), ("b", 1), ("b", 2)]


async def test_nothing_is_asked_of_a_place_before_it_is_known_where_it_begins() -> None:
    consumer = Consumer({FIRST: 1, SECOND: None})
    assert sorted(await asyncio.wait_for(given(consumer, 2), 5)) == [("a", 1), ("a", 2)]
    assert consumer.asked == [{FIRST}] and consumer.positions[SECOND] is None


async def test_a_member_that_knows_no_place_yet_asks_none_and_goes_on_once_it_does() -> None:
    consumer = Consumer({FIRST: None, SECOND: None})
    found = await asyncio.wait_for(given(consumer, 6), 5)
    assert sorted(found) == [(topic, offset) for topic in "ab" for offset in range(3)]
    assert consumer.asked[0].isdisjoint(consumer.assignment()) and consumer.asked[1:] == [{FIRST, SECOND}]
