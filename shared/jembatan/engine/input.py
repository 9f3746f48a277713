"""Reading one partition of every input with a consumer of its own, from the positions in PostgreSQL."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from time import monotonic

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from jembatan.engine import lenient
from jembatan.engine.ending import within
from jembatan.engine.platform_errors import PLATFORM
from jembatan.engine.records import Place, Record, Source, cut, from_milliseconds, merge
from jembatan.engine.tail import record_at
from jembatan.engine.wire import Wire

FETCH_WAIT_MS = 200
AT_HAND = 0.001
"""Seconds within which the client gives what it has fetched before it was asked."""
GATHER_MS = 15
"""For how long more is waited for than was at hand: an answer of a busy broker takes up to that."""
ASK_EVERY = 10.0
"""Seconds after which the broker is asked where the inputs end."""

log = structlog.get_logger("jembatan.input")


def to_record(raw: ConsumerRecord) -> Record:
    """A consumer's record as the engine's."""
    return Record(
        raw.topic, raw.partition, raw.offset, from_milliseconds(raw.timestamp), raw.key, raw.value,
        tuple(raw.headers),
    )  # fmt: skip


class PartitionInput:
    """Partition `n` of every input topic, read in batches merged by time."""

    def __init__(self, bootstrap: str, timeout: float, most: int, most_bytes: int, wire: Wire) -> None:
        self._timeout = timeout
        self._wire = wire
        self._following: dict[Source, int] = {}
        self._ends: dict[Source, int] | None = None
        self._asked = -ASK_EVERY
        self._most = most
        self._most_bytes = most_bytes
        self._buffer: deque[Record] = deque()
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="none",
            request_timeout_ms=int(timeout * 1000),
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=most_bytes,
        )

    async def start(self) -> None:
        await within(self._timeout, self._consumer.start())

    async def stop(self) -> None:
        await within(self._timeout, self._consumer.stop())

    async def mismatches(self, places: Mapping[Source, Place]) -> dict[Source, int]:
        """Inputs whose last decided record is not what stands there now, and where to go back to."""
        found = {}
        for source, place in places.items():
            back = await self._mismatch(TopicPartition(*source), place)
            if back is not None:
                found[source] = back
        return found

    async def _mismatch(self, source: TopicPartition, place: Place) -> int | None:
        async with asyncio.timeout(self._timeout):
            first = (await self._consumer.beginning_offsets([source]))[source]
            end = (await self._consumer.end_offsets([source]))[source]
            if place.next_offset > end or first > place.next_offset:
                return int(first)
            if place.last_checksum is None or place.next_offset - 1 < first:
                return None
        record = await record_at(self._wire, (source.topic, source.partition), place.next_offset - 1)
        same = record and (record.at, record.checksum) == (place.last_at, place.last_checksum)
        return None if same else int(first)

    async def ends(self, places: Sequence[Source]) -> dict[Source, int]:
        """Where these partitions of other topics end now."""
        async with asyncio.timeout(self._timeout):
            found = await self._consumer.end_offsets([TopicPartition(*place) for place in places])
        return {(source.topic, source.partition): end for source, end in found.items()}

    def seek(self, places: Mapping[Source, Place]) -> None:
        """Read on from these places."""
        self._buffer.clear()
        self._consumer.assign([TopicPartition(*source) for source in places])
        self._following = {source: place.next_offset for source, place in places.items()}
        for source, place in places.items():
            self._consumer.seek(TopicPartition(*source), place.next_offset)

    async def batch(self, wait_ms: int) -> Sequence[Record]:
        """At most so many records and bytes, oldest first; none if nothing comes in time."""
        if not self._buffer:
            await self._fetch(wait_ms)
        count = cut(list(self._buffer)[: self._most], self._most, self._most_bytes) if self._buffer else 0
        return [self._buffer.popleft() for _ in range(count)]

    async def _fetch(self, wait_ms: int) -> None:
        try:
            async with asyncio.timeout(self._timeout + wait_ms / 1000):
                fetched = await self._gathered(wait_ms)
        except UnicodeDecodeError as why:
            log.warning("a header's name is no text", action="read_leniently", why=str(why))
            await self._fetch_leniently()
            return
        records = {(s.topic, s.partition): [to_record(raw) for raw in raws] for s, raws in fetched.items()}
        self._following |= {source: found[-1].offset + 1 for source, found in records.items() if found}
        self._buffer.extend(merge(records))

    async def _gathered(self, wait_ms: int) -> dict[TopicPartition, list[ConsumerRecord]]:
        """What the client has at hand, and what came after that; or the first that comes.

        The client asks the broker anew as soon as its last answer is taken, and so has the first record that
        came while a batch was decided. The others lie on the broker, and would wait for one more batch.
        """
        began = monotonic()
        found = dict(await self._consumer.getmany(timeout_ms=wait_ms, max_records=self._most))
        if not found or monotonic() - began > AT_HAND or sum(map(len, found.values())) >= self._most:
            return found
        more = await self._consumer.getmany(timeout_ms=GATHER_MS, max_records=self._most)
        return {source: found.get(source, []) + more.get(source, []) for source in found | more}

    async def _fetch_leniently(self) -> None:
        """Read by ourselves what the client could not, from where the last records ended."""
        records = {}
        for source, offset in self._following.items():
            found, following = await lenient.fetched(self._wire, source, offset, self._most_bytes)
            records[source], self._following[source] = found, following
            self._consumer.seek(TopicPartition(*source), following)
        self._buffer.extend(merge(records))

    async def lag(self, places: Mapping[Source, Place]) -> int | None:
        """How many records are not decided yet; None while the broker does not say."""
        try:
            ends = await self._newest(places)
        except PLATFORM:
            return None
        reached = {source: await self._reached(source, place) for source, place in places.items()}
        return sum(max(0, ends[source] - offset) for source, offset in reached.items())

    async def _reached(self, source: Source, place: Place) -> int:
        """The next offset that may hold something to decide: markers of transactions hold nothing."""
        if self._buffer:
            return place.next_offset
        return max(place.next_offset, int(await self._consumer.position(TopicPartition(*source))))

    async def _newest(self, places: Mapping[Source, Place]) -> dict[Source, int]:
        """Where each input ends. A consumer that has stopped asking hears of nothing new, so it is not
        believed alone; while nobody answers it is not known.
        """
        if monotonic() - self._asked > ASK_EVERY:
            await self._ask(places)
        if (known := self._ends) is None:
            raise TimeoutError("where the inputs end was asked, and nobody has answered")
        heard = {source: self._consumer.highwater(TopicPartition(*source)) or 0 for source in places}
        return {source: max(end, known.get(source, 0)) for source, end in heard.items()}

    async def _ask(self, places: Mapping[Source, Place]) -> None:
        self._ends = None
        try:
            self._ends = await self.ends(list(places))
        finally:
            # Also of no answer: an input without a leader is not to hold up the others at every turn.
            self._asked = monotonic()
