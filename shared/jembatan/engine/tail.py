"""The end of output partitions, as the broker has them: the receipt of what was published."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic_core import from_json

from jembatan.engine import lenient
from jembatan.engine.records import Record, Source
from jembatan.engine.wire import Wire

FOREIGN = UUID(int=0)
"""Stands for the id of a record that has none: nothing that was decided is called so."""


TOGETHER = 1 << 20
"""Bytes asked for at once; of a larger batch the whole."""


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
    """Looks up ends by a consumer of its own, and records by the wire; a deadline on every call.

    Whatever strangers have put there is read, too: a header whose name is no text, a marker of a transaction.
    """

    def __init__(self, bootstrap: str, timeout: float, wire: Wire) -> None:
        self._bootstrap = bootstrap
        self._timeout = timeout
        self._wire = wire

    async def ends(self, topics: Sequence[str], partition: int) -> dict[str, End]:
        """The end of this partition of each topic."""
        sources = [TopicPartition(topic, partition) for topic in topics]
        async with self._consuming() as consumer, asyncio.timeout(self._timeout):
            ends = await consumer.end_offsets(sources)
            firsts = await consumer.beginning_offsets(sources)
        # Each has a deadline of its own, after which it asks for the leader anew.
        return {one.topic: await self._end(one, firsts[one], ends[one]) for one in sources}

    async def between(
        self, topic: str, partition: int, after: int, upto: int
    ) -> AsyncGenerator[list[Lying], None]:
        """What lies after the place `after`, up to `upto`; places that are no longer kept are left out."""
        source = TopicPartition(topic, partition)
        async with self._consuming() as consumer, asyncio.timeout(self._timeout):
            first = (await consumer.beginning_offsets([source]))[source]
        at = max(first, after)
        while at < upto:
            found, following = await read(self._wire, (topic, partition), at)
            yield [_lying(offset, found.get(offset)) for offset in range(at, min(following, upto))]
            at = following

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

    async def _end(self, source: TopicPartition, first: int, end: int) -> End:
        if end == first:
            return End(end, None)
        record = await record_at(self._wire, (source.topic, source.partition), end - 1)
        return End(end, id_of(record.value) if record else FOREIGN)


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


async def read(wire: Wire, source: Source, start: int) -> tuple[dict[int, Record], int]:
    """The records of one answer by offset, from `start` on, and the offset after them.

    Raises TimeoutError if the broker gives none, as one that leads the partition since a moment ago may.
    """
    found, following = await lenient.fetched(wire, source, start, TOGETHER)
    if following == start:
        raise TimeoutError(f"{source[0]}/{source[1]} gives nothing from {start} on")
    return {record.offset: record for record in found}, following


async def record_at(wire: Wire, source: Source, offset: int) -> Record | None:
    """The record at an offset; None if something else lies there: the marker of a transaction."""
    found, _ = await read(wire, source, offset)
    return found.get(offset)


def _lying(offset: int, record: Record | None) -> Lying:
    value = record.value if record else None
    return Lying(offset + 1, id_of(value), value or b"")


def id_of(value: bytes | None) -> UUID:
    """The id of a fact or refusal; `FOREIGN` for whatever is none, since we did not write it."""
    try:
        return UUID(from_json(value or b"")["id"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return FOREIGN
