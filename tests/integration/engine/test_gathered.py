"""A batch takes what lies on the broker, not only what the client fetched while the last one was decided."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiokafka import TopicPartition

from cli.embedded.stack import EmbeddedStack
from jembatan.engine.input import PartitionInput
from jembatan.engine.records import EPOCH, Place
from jembatan.engine.wire import Outgoing, Wire

pytestmark = pytest.mark.kafka
SOURCE = ("partners.reports", 3)
WAIT_MS = 5_000


@asynccontextmanager
async def opened(stack: EmbeddedStack, wire: Wire, most: int) -> AsyncIterator[PartitionInput]:
    """A reader of the partition from its end on."""
    one = PartitionInput(stack.kafka, 10.0, most, 1_000_000, wire)
    await one.start()
    try:
        end = (await one.ends([SOURCE]))[SOURCE]
        one.seek({SOURCE: Place(end, EPOCH)})
        yield one
    finally:
        await one.stop()


async def write(wire: Wire, *values: bytes) -> None:
    await wire.produce(*SOURCE, [Outgoing(None, value, -1) for value in values])


async def values(one: PartitionInput) -> Sequence[bytes | None]:
    return [record.value for record in await one.batch(WAIT_MS)]


async def test_what_came_meanwhile_is_in_the_next_batch(stack: EmbeddedStack, wire: Wire) -> None:
    first, second, third, fourth = (uuid4().hex.encode() for _ in range(4))
    async with opened(stack, wire, most=500) as one:
        await write(wire, first)
        assert await values(one) == [first]
        await write(wire, second)
        # The client has asked again as soon as the first was taken, and is answered with the second alone.
        await until_fetched(one)
        await write(wire, third)
        await write(wire, fourth)
        assert await values(one) == [second, third, fourth]


async def test_a_full_batch_waits_for_nothing_more(stack: EmbeddedStack, wire: Wire) -> None:
    first, *others = (uuid4().hex.encode() for _ in range(4))
    async with opened(stack, wire, most=2) as one:
        await write(wire, first)
        assert await values(one) == [first]
        await write(wire, *others)
        await until_fetched(one)
        assert [await values(one), await values(one)] == [others[:2], others[2:]]


async def until_fetched(one: PartitionInput) -> None:
    """Until the client has it, which nobody has asked for yet."""
    async with asyncio.timeout(10):
        while not one._consumer._fetcher._records.get(TopicPartition(*SOURCE)):
            await asyncio.sleep(0.01)
