"""Reading on where aiokafka cannot: past headers whose names are no text.

For such a record aiokafka raises UnicodeDecodeError, for all that it has fetched, again and again. Anybody
who may write to a topic can put one there.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError

from jembatan.engine import lenient
from jembatan.engine.records import Record
from jembatan.engine.wire import Wire

MOST_BYTES = 1 << 20
NOWHERE = TopicPartition("", -1)
"""To ask a consumer for this place's records is to wait for its assignment: asked for none, it gives all."""


async def known(consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
    """Where the consumer goes on, in the places where that is settled: to be asked before it is read from.

    In a new assignment it is not, until Kafka has answered; nothing here waits for that.
    """
    found: dict[TopicPartition, int] = {}
    for place in consumer.assignment():
        # A settled one is given at once. No other may keep them waiting: its broker may be away.
        with contextlib.suppress(TimeoutError, IllegalStateError):
            async with asyncio.timeout(0):
                found[place] = await consumer.position(place)
    return found


async def read_on(
    bootstrap: str, consumer: AIOKafkaConsumer, starts: Mapping[TopicPartition, int], timeout: float
) -> dict[TopicPartition, list[Record]]:
    """What lies at these offsets, a fetch of each; the consumer goes on after it.

    If it fails or is cancelled, the consumer goes on at these offsets. Places that it has lost to others of
    its group are left out; what was read of one before it was lost is given all the same.
    """
    # aiokafka has moved past records that it has not given. First of all, or a failure would lose them.
    held = _seek(consumer, starts)
    found = await _fetched(bootstrap, held, timeout)
    _seek(consumer, {place: following for place, (_, following) in found.items()})
    return {place: records for place, (records, _) in found.items()}


def _seek(consumer: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """Go on at these offsets; gives those of the places that are still the consumer's."""
    assigned = consumer.assignment()
    held = {place: offset for place, offset in offsets.items() if place in assigned}
    for place, offset in held.items():
        consumer.seek(place, offset)
    return held


async def _fetched(
    bootstrap: str, starts: Mapping[TopicPartition, int], timeout: float
) -> dict[TopicPartition, tuple[list[Record], int]]:
    """The records at each of these offsets, and the offset after them."""
    wire, found = Wire(bootstrap, timeout, "jembatan-client"), {}
    try:
        await wire.start()
        for place, start in starts.items():
            source = place.topic, place.partition
            found[place] = await lenient.fetched(wire, source, start, MOST_BYTES)
    finally:
        await wire.stop()
    return found
