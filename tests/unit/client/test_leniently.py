"""Reading on where aiokafka cannot: the consumer goes on after what was given, and only after that."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError

from jembatan.client.leniently import read_on
from jembatan.engine.records import Record
from tests.unit.client.fakes import Consumer, Wire

FIRST, SECOND = TopicPartition("a", 0), TopicPartition("b", 0)
STARTS = {FIRST: 1, SECOND: 0}


class Refusing(Wire):
    """Its second place cannot be fetched."""

    async def fetch(self, topic: str, partition: int, offset: int, most_bytes: int) -> bytes:
        if topic == SECOND.topic:
            raise KafkaConnectionError("gone")
        return await super().fetch(topic, partition, offset, most_bytes)


class Hanging(Wire):
    """Its second place is never answered."""

    async def fetch(self, topic: str, partition: int, offset: int, most_bytes: int) -> bytes:
        if topic == SECOND.topic:
            await asyncio.Event().wait()
        return await super().fetch(topic, partition, offset, most_bytes)


class Unclosing(Wire):
    """It answers, and cannot be closed."""

    async def stop(self) -> None:
        raise TimeoutError


@pytest.fixture
def consumer() -> Consumer:
    """One that has moved past everything in a failed call."""
    return Consumer({FIRST: 3, SECOND: 3})


async def read(consumer: Consumer, monkeypatch: pytest.MonkeyPatch, wire: type[Wire]) -> dict[str, list[int]]:
    """The offsets that were given, by topic."""
    monkeypatch.setattr("jembatan.client.leniently.Wire", wire)
    found = await read_on("k", cast(AIOKafkaConsumer, consumer), STARTS, 1.0)
    return {place.topic: _offsets(records) for place, records in found.items()}


def _offsets(records: list[Record]) -> list[int]:
    return [record.offset for record in records]


async def test_it_goes_on_after_what_was_given(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer.positions = {FIRST: 1, SECOND: 2}
    assert await read(consumer, monkeypatch, Wire) == {"a": [1, 2], "b": [0, 1, 2]}
    assert consumer.positions == {FIRST: 3, SECOND: 3}


@pytest.mark.parametrize("wire", [Refusing, Unclosing])
async def test_what_was_not_given_comes_again(
    consumer: Consumer, monkeypatch: pytest.MonkeyPatch, wire: type[Wire]
) -> None:
    with pytest.raises((KafkaConnectionError, TimeoutError)):
        await read(consumer, monkeypatch, wire)
    assert consumer.positions == STARTS


async def test_what_a_cancelled_one_read_comes_again(
    consumer: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = asyncio.create_task(read(consumer, monkeypatch, Hanging))
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait({reading})
    assert reading.cancelled() and consumer.positions == STARTS


async def test_places_that_were_lost_before_are_not_read(
    consumer: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    del consumer.positions[SECOND]
    assert await read(consumer, monkeypatch, Wire) == {"a": [1, 2]}
    assert consumer.positions == {FIRST: 3}


async def test_what_was_read_of_a_place_that_was_lost_meanwhile_is_given(
    consumer: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Losing(Wire):
        async def fetch(self, topic: str, partition: int, offset: int, most_bytes: int) -> bytes:
            consumer.positions.pop(SECOND, None)
            return await super().fetch(topic, partition, offset, most_bytes)

    assert await read(consumer, monkeypatch, Losing) == {"a": [1, 2], "b": [0, 1, 2]}
    assert consumer.positions == {FIRST: 3}
