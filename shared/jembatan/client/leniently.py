"""Reading on where aiokafka cannot: past headers whose names are no text.

For such a record aiokafka raises UnicodeDecodeError, for all that it has fetched, again and again. Anybody
who may write to a topic can put one there.
"""

from __future__ import annotations

from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from jembatan.engine import lenient
from jembatan.engine.records import Record
from jembatan.engine.wire import Wire

MOST_BYTES = 1 << 20


async def read_on(
    bootstrap: str, consumer: AIOKafkaConsumer, starts: Mapping[TopicPartition, int], timeout: float
) -> dict[TopicPartition, list[Record]]:
    """What lies at these offsets, a fetch of each; the consumer goes on after it."""
    wire, found = Wire(bootstrap, timeout, "jembatan-client"), {}
    await wire.start()
    try:
        for place, start in starts.items():
            data = await wire.fetch(place.topic, place.partition, start, MOST_BYTES)
            found[place], following = lenient.records(data, (place.topic, place.partition), start)
            consumer.seek(place, following)
    finally:
        await wire.stop()
    return found
