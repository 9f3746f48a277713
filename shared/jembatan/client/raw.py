"""Records as they lie, one partition after the other and at flat memory: for whoever checks the topics."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from jembatan.client.errors import Unreachable, reaching
from jembatan.client.leniently import read_on
from jembatan.client.subscriber import Place
from jembatan.engine.input import to_record
from jembatan.engine.records import Record

MOST = 1000
POLL_MS = 300


@dataclass(frozen=True, slots=True)
class Bounds:
    """The offset of the first record that is kept, and the one after the last."""

    first: int
    end: int


class Reader:
    """Whole partitions, ticks and strangers' records included; use it as `async with`.

    Raises `Unreachable` if nothing comes for `timeout` seconds although there should be more.
    """

    def __init__(self, bootstrap: str, timeout: float = 15.0) -> None:
        self._bootstrap = bootstrap
        self._timeout = timeout
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest",
            request_timeout_ms=int(timeout * 1000), fetch_max_wait_ms=20,
        )  # fmt: skip

    async def __aenter__(self) -> Self:
        with reaching(self._bootstrap):
            try:
                await self._consumer.start()
            except BaseException:
                await self._consumer.stop()
                raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def bounds(self, places: Iterable[Place]) -> dict[Place, Bounds]:
        """Where each place begins and ends now; all of them must be there."""
        wanted = [TopicPartition(*place) for place in places]
        if not wanted:
            return {}
        with reaching(self._bootstrap):
            async with asyncio.timeout(self._timeout):
                firsts = await self._consumer.beginning_offsets(wanted)
                ends = await self._consumer.end_offsets(wanted)
        return {(one.topic, one.partition): Bounds(firsts[one], ends[one]) for one in wanted}

    async def records(self, place: Place, first: int, end: int) -> AsyncIterator[list[Record]]:
        """The records from offset `first` to before `end`, in batches; offsets may be missing."""
        source = TopicPartition(*place)
        self._consumer.assign([source])
        self._consumer.seek(source, first)
        moved = time.monotonic()
        while (start := await self._consumer.position(source)) < end:
            with reaching(self._bootstrap):
                found = [one for one in await self._next(source, start) if one.offset < end]
            if found:
                yield found
                # Only waiting for Kafka counts, not what is done with the records meanwhile.
                moved = time.monotonic()
            elif time.monotonic() - moved > self._timeout:
                raise Unreachable(f"{place[0]}/{place[1]} gave nothing for {self._timeout:.0f} s.")

    async def _next(self, source: TopicPartition, start: int) -> list[Record]:
        try:
            batch = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=MOST)
        except UnicodeDecodeError:
            found = await read_on(self._bootstrap, self._consumer, {source: start}, self._timeout)
            return found[source]
        return [to_record(raw) for raw in batch.get(source, ())]

    async def record(self, place: Place, offset: int) -> Record | None:
        """The record at an offset; None if nothing lies there."""
        async for batch in self.records(place, offset, offset + 1):
            return batch[0]
        return None
