"""Subscribing: typed events from any of the platform's topics."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Literal, Self, TypeAlias

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError

from jembatan.client.cluster import cluster
from jembatan.client.errors import Unreachable, reaching
from jembatan.client.leniently import NOWHERE, known, read_on
from jembatan.client.received import Event, Received, receive
from jembatan.contracts.events import language
from jembatan.engine.input import to_record
from jembatan.engine.records import Record, to_milliseconds

Place: TypeAlias = tuple[str, int]
"""A topic and a partition of it."""

Start: TypeAlias = Literal["earliest", "latest"] | datetime | Mapping[Place, int]
POLL_MS = 300
MOST = 500


class Subscriber:
    """Events of some topics, in each partition's order; use it as `async with`, then `async for`.

    Without `group` every partition is read from `from_`: the first record, the next one to come, the first at
    or after an instant, or an offset for each place (places that are left out are not read). With `to_end` it
    stops where the topics ended when it began. With `group` the group's members share the partitions and go
    on where the group was: what was given is committed when more is asked for, so after a crash the last
    events come again (see `Repeats`).

    Raises `Unreachable` and `NoTopic` on entering, and `Unreachable` if the end is not reached because
    nothing comes for `timeout` seconds.
    """

    def __init__(
        self,
        bootstrap: str,
        topics: Iterable[str],
        *,
        group: str | None = None,
        from_: Start = "latest",
        to_end: bool = False,
        timeout: float = 15.0,
    ) -> None:
        if group is not None and (to_end or not isinstance(from_, str)):
            raise ValueError("a group goes on where it was: from_ is earliest or latest, without to_end")
        self._bootstrap = bootstrap
        self._topics = sorted(set(topics))
        self._group = group
        self._from = from_
        self._to_end = to_end
        self._timeout = timeout
        self._consumer: AIOKafkaConsumer | None = None
        self._ends: dict[TopicPartition, int] = {}

    async def __aenter__(self) -> Self:
        found = await cluster(self._bootstrap)
        counts = {topic: found.count(topic) for topic in self._topics}
        if isinstance(self._from, Mapping) and not self._from.keys() & _places(counts):
            return self
        consumer = self._made()
        with reaching(self._bootstrap):
            try:
                await consumer.start()
                await self._begin(consumer, counts)
            except BaseException:
                await consumer.stop()
                raise
        self._consumer = consumer
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._consumer is not None:
            await self._consumer.stop()
            self._consumer = None

    async def __aiter__(self) -> AsyncIterator[Event]:
        """The events; what cannot be read, such as a type added later, is passed over."""
        async for one in self.received():
            if isinstance(one, Event):
                yield one

    async def received(self) -> AsyncIterator[Received]:
        """The events, and what cannot be read, as `Unknown` with the reasons."""
        moved = time.monotonic()
        while not await self._is_done():
            records = await self._next()
            for one in receive(records, language()):
                yield one
            await self._handled(records)
            moved = time.monotonic() if records else moved
            if self._to_end and time.monotonic() - moved > self._timeout:
                raise Unreachable(f"Kafka at {self._bootstrap} gave nothing for {self._timeout:.0f} s.")

    def _made(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset=self._from if isinstance(self._from, str) else "earliest",
            request_timeout_ms=int(self._timeout * 1000),
            fetch_max_wait_ms=100 if self._to_end else 500,
        )

    async def _begin(self, consumer: AIOKafkaConsumer, counts: Mapping[str, int]) -> None:
        if self._group is not None:
            consumer.subscribe(self._topics)
            return
        places = [TopicPartition(*place) for place in sorted(_places(counts))]
        starts = await starting(consumer, places, self._from)
        consumer.assign(list(starts))
        for place, offset in starts.items():
            consumer.seek(place, offset)
        if self._to_end:
            ends = await consumer.end_offsets(list(starts))
            self._ends = {place: end for place, end in ends.items() if end > starts[place]}

    async def _is_done(self) -> bool:
        if not self._to_end or self._consumer is None:
            return self._consumer is None
        positions = {place: await self._consumer.position(place) for place in self._ends}
        return all(positions[place] >= end for place, end in self._ends.items())

    async def _next(self) -> list[Record]:
        if self._consumer is None:
            return []
        starts = await known(self._consumer)
        try:
            # No others: of a place that is assigned during the call nobody would know where to read on.
            asked = list(starts) or [NOWHERE]
            batch = await self._consumer.getmany(*asked, timeout_ms=POLL_MS, max_records=MOST)
            found = {place: [to_record(raw) for raw in raws] for place, raws in batch.items()}
        except UnicodeDecodeError:
            found = await self._read_on(self._consumer, starts)
        every = [record for records in found.values() for record in records]
        return [one for one in every if not self._to_end or self._is_within(one)]

    async def _read_on(
        self, consumer: AIOKafkaConsumer, starts: Mapping[TopicPartition, int]
    ) -> dict[TopicPartition, list[Record]]:
        with reaching(self._bootstrap):
            try:
                return await read_on(self._bootstrap, consumer, starts, self._timeout)
            except KafkaError as error:
                if not error.retriable:
                    raise
                # As with `getmany`, another look may do: the consumer is where it was.
                return {}

    def _is_within(self, record: Record) -> bool:
        return record.offset < self._ends.get(TopicPartition(*record.source), 0)

    async def _handled(self, records: list[Record]) -> None:
        if self._group is None or not records or self._consumer is None:
            return
        # After a rebalance someone else has these partitions, and gives their events again.
        with contextlib.suppress(CommitFailedError, KafkaError):
            await self._consumer.commit()


def _places(counts: Mapping[str, int]) -> set[Place]:
    return {(topic, number) for topic, count in counts.items() for number in range(count)}


async def starting(
    consumer: AIOKafkaConsumer, places: list[TopicPartition], from_: Start
) -> dict[TopicPartition, int]:
    """The first offset to read in each place that is to be read."""
    if isinstance(from_, Mapping):
        return {p: from_[p.topic, p.partition] for p in places if (p.topic, p.partition) in from_}
    if not places:
        return {}
    if from_ == "earliest":
        return dict(await consumer.beginning_offsets(places))
    ends: dict[TopicPartition, int] = dict(await consumer.end_offsets(places))
    if isinstance(from_, str):
        return ends
    found = await consumer.offsets_for_times(dict.fromkeys(places, to_milliseconds(from_)))
    return {place: hit.offset if (hit := found.get(place)) else ends[place] for place in places}
