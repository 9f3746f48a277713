"""The end of output partitions, as the broker has them: the receipt of what was published."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pydantic_core import from_json

FOREIGN = UUID(int=0)
"""Stands for the id of a record that has none: nothing that was decided is called so."""


TOGETHER = 500


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies at a place."""

    place: int
    id: UUID
    value: bytes


@dataclass(frozen=True, slots=True)
class End:
    """How many records an output partition has had, and the last one's id; None if none is kept any more."""

    count: int
    last_id: UUID | None


class Tail:
    """Looks up ends and single records with a consumer of its own; a deadline on every call."""

    def __init__(self, bootstrap: str, timeout: float) -> None:
        self._bootstrap = bootstrap
        self._timeout = timeout

    async def ends(self, topics: Sequence[str], partition: int) -> dict[str, End]:
        """The end of this partition of each topic."""
        async with self._consuming() as consumer, asyncio.timeout(self._timeout):
            return {topic: await self._end(consumer, TopicPartition(topic, partition)) for topic in topics}

    async def between(
        self, topic: str, partition: int, after: int, upto: int
    ) -> AsyncGenerator[list[Lying], None]:
        """What lies after the place `after`, up to `upto`; places that are no longer kept are left out."""
        source = TopicPartition(topic, partition)
        async with self._consuming() as consumer:
            async with asyncio.timeout(self._timeout):
                first = (await consumer.beginning_offsets([source]))[source]
            consumer.assign([source])
            consumer.seek(source, max(first, after))
            while await consumer.position(source) < upto:
                async with asyncio.timeout(self._timeout):
                    found = await consumer.getmany(source, timeout_ms=100, max_records=TOGETHER)
                yield [
                    Lying(raw.offset + 1, id_of(raw.value), raw.value or b"")
                    for raw in found.get(source, ())
                    if raw.offset < upto
                ]

    @asynccontextmanager
    async def _consuming(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = self._consumer()
        try:
            await _whole(asyncio.wait_for(consumer.start(), self._timeout))
            yield consumer
        finally:
            await _whole(asyncio.wait_for(consumer.stop(), self._timeout))

    def _consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, enable_auto_commit=False, auto_offset_reset="none",
            request_timeout_ms=int(self._timeout * 1000), fetch_max_wait_ms=100,
        )  # fmt: skip

    async def _end(self, consumer: AIOKafkaConsumer, source: TopicPartition) -> End:
        end = (await consumer.end_offsets([source]))[source]
        first = (await consumer.beginning_offsets([source]))[source]
        if end == first:
            return End(end, None)
        record = await record_at(consumer, source, end - 1)
        return End(end, id_of(record.value))


async def _whole(work: Coroutine[Any, Any, None]) -> None:
    """Await something to its end, also when cancelled meanwhile.

    A client that is cancelled while it opens or closes leaves its connection behind (aiokafka 0.14).
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


async def record_at(consumer: AIOKafkaConsumer, source: TopicPartition, offset: int) -> ConsumerRecord:
    """The record at an offset; waits for ever if there is none, so call it with a deadline."""
    consumer.assign([source])
    consumer.seek(source, offset)
    return await consumer.getone(source)


def id_of(value: bytes | None) -> UUID:
    """The id of a fact or refusal; `FOREIGN` for whatever is none, since we did not write it."""
    try:
        return UUID(from_json(value or b"")["id"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return FOREIGN
