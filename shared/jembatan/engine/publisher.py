"""Publishing a lane: each fact once, in order, at its place.

The lane keeps one producer id, and a fact's place − 1 is the producer's sequence number, so the broker
itself refuses a repeat, a gap, and a late write of a worker that was replaced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import asyncpg
import structlog

from jembatan.engine import lane as lanes
from jembatan.engine.comparing import first_difference, halt, verdict
from jembatan.engine.ending import unless_asked
from jembatan.engine.failpoints import reach
from jembatan.engine.halts import OTHER_CLUSTER, remedy
from jembatan.engine.handover import Handover
from jembatan.engine.headway import Headway
from jembatan.engine.lane import Ownership, Row
from jembatan.engine.platform_errors import PLATFORM
from jembatan.engine.records import to_milliseconds
from jembatan.engine.tail import End, Tail
from jembatan.engine.transaction import acquired
from jembatan.engine.wire import Outgoing, Wire, sequence_of

HEADERS = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
REQUEST_BYTES = 1_000_000
REQUEST_ROWS = 1_000
IDLE = 0.2
AFTER_HALT = 5.0
AFTER_ERROR = 0.2
AFTER_TAKEN_AWAY = 2.0

log = structlog.get_logger("jembatan.publisher")


class LetGo(Exception):
    """Something is not as expected: let the lane go, and take it again if it is still ours."""


class Identified(Exception):
    """The lane has its producer id now: take it with that."""


class TakenAway(Exception):
    """Another worker has taken the lane. It is left to it for a while, so that two do not fight over it."""


class Halted(Exception):
    """A server has lost, or someone else has written, acknowledged data: publish nothing more."""


def request(rows: Sequence[Row], after: int, alone: bool) -> list[Row]:
    """The rows of the next request: dense from `after` + 1, within a size, ending where sequences wrap."""
    chosen: list[Row] = []
    size = 0
    for place, row in enumerate(rows[: 1 if alone else None], start=after + 1):
        if row.place != place:
            raise LetGo(f"place {place} is not in the outbox")
        size += len(row.value) + len(row.key) + 100
        if chosen and (size > REQUEST_BYTES or sequence_of(place) == 0):
            break
        chosen.append(row)
    return chosen


@dataclass(slots=True)
class _Output:
    """One output partition of the lane: its end, and whether a record was acknowledged since it was taken."""

    topic: str
    end: int
    confirmed: bool = False


class LanePublisher:
    """Publishes one lane for as long as its task runs."""

    def __init__(
        self,
        partition: int,
        topics: Sequence[str],
        pool: asyncpg.Pool[asyncpg.Record],
        deadline: float,
        wire: Wire,
        tail: Tail,
        wake: asyncio.Event,
        handover: Handover,
        headway: Headway,
    ) -> None:
        self._partition = partition
        self._topics = topics
        self._pool = pool
        self._deadline = deadline
        self._wire = wire
        self._tail = tail
        self._wake = wake
        self._handover = handover
        self._asked = 0.0
        self._headway = headway

    async def run(self) -> None:
        """Take the lane and publish it, again and again, until cancelled."""
        while True:
            try:
                with unless_asked():
                    await self._follow()
            except Halted as why:
                do = remedy(str(why))
                log.error("lane halted", action="lane_halted", lane=self._partition, why=str(why), do=do)
                self._headway.stand(f"{why} {do}")
                await asyncio.sleep(AFTER_HALT)
            except Identified:
                log.info("lane identified", action="lane_identified", lane=self._partition)
            except TakenAway:
                log.warning("lane taken away", action="lane_taken_away", lane=self._partition)
                await asyncio.sleep(AFTER_TAKEN_AWAY)
            except (LetGo, *PLATFORM) as e:
                log.warning("lane let go", action="lane_let_go", lane=self._partition, why=repr(e))
                await asyncio.sleep(AFTER_ERROR)

    async def _follow(self) -> None:
        outputs = [(topic, self._partition) for topic in self._topics]
        self._handover.follow(outputs)
        try:
            await self._hold()
        finally:
            self._handover.leave(outputs)

    async def _hold(self) -> None:
        owned = await self._take()
        ends = await self._tail.ends(self._topics, self._partition)
        reach("ends_read")
        await self._compare(owned, ends)
        reach("compared")
        outputs = [_Output(topic, ends[topic].count) for topic in self._topics]
        log.info("lane taken", action="lane_taken", lane=self._partition, epoch=owned.epoch)
        while True:
            self._wake.clear()
            waiting = await self._waiting(outputs)
            if waiting:
                await _all(self._send(owned, output) for output in waiting)
                # Not each request by itself: refusals that get through must not hide facts that do not.
                self._headway.moved()
            else:
                await self._rest()

    async def _waiting(self, outputs: Sequence[_Output]) -> list[_Output]:
        """The outputs that have something to publish; what others have decided is asked for now and then."""
        handed = [output for output in outputs if self._has(output)]
        if handed and monotonic() - self._asked < IDLE:
            return handed
        self._asked = monotonic()
        async with acquired(self._pool, self._deadline) as connection:
            heads = await lanes.heads(connection, self._topics, self._partition)
        if gone := [output.topic for output in outputs if heads[output.topic] < output.end]:
            # The database went back under us: on taking the lane again that is told.
            raise LetGo(f"fewer facts are decided than were published in {', '.join(gone)}")
        return [output for output in outputs if heads[output.topic] > output.end]

    def _has(self, output: _Output) -> bool:
        return self._handover.has((output.topic, self._partition), output.end + 1)

    async def _rest(self) -> None:
        self._headway.moved()
        try:
            async with asyncio.timeout(IDLE):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _take(self) -> Ownership:
        async with acquired(self._pool, self._deadline) as connection:
            owned = await lanes.take(connection, self._partition)
        reach("lane_taken")
        cluster = await self._wire.cluster_id()
        if owned.cluster_id not in (None, cluster):
            await self._halt(owned, f"{OTHER_CLUSTER}: published to {owned.cluster_id}, this is {cluster}")
        return owned if owned.producer_id is not None else await self._identify(owned, cluster)

    async def _identify(self, owned: Ownership, cluster: str) -> Ownership:
        producer_id = await self._wire.producer_id()
        reach("producer_given")
        async with acquired(self._pool, self._deadline) as connection:
            await lanes.identify(connection, owned, cluster, producer_id)
        reach("producer_written")
        raise Identified

    async def _compare(self, owned: Ownership, ends: dict[str, End]) -> None:
        # Kafka's end was read first: what is decided after that can only be more.
        async with acquired(self._pool, self._deadline) as connection:
            decided = await lanes.decided(connection, self._topics, self._partition)
            expected = {
                topic: await lanes.id_at(connection, topic, self._partition, end.count)
                for topic, end in ends.items()
            }
        for topic, end in ends.items():
            place, after = (topic, self._partition), decided[topic].acknowledged
            first = await first_difference(self._pool, self._deadline, self._tail, place, after, end.count)
            if why := halt(verdict(end, decided[topic], expected[topic]), first):
                await self._halt(owned, f"{topic}/{self._partition}: {why}")
        if owned.halted:
            await self._write_halt(owned, None)
        for topic, end in ends.items():
            await self._acknowledge(owned, topic, end.count)

    async def _halt(self, owned: Ownership, why: str) -> None:
        if not await self._write_halt(owned, why):
            raise TakenAway
        raise Halted(why)

    async def _write_halt(self, owned: Ownership, why: str | None) -> bool:
        async with acquired(self._pool, self._deadline) as connection:
            return await lanes.halt(connection, owned, why)

    async def _send(self, owned: Ownership, output: _Output) -> None:
        most = REQUEST_ROWS if output.confirmed else 1
        found = self._handover.take((output.topic, self._partition), output.end, most)
        found = found or await self._rows(output.topic, output.end, most)
        if not found:
            raise LetGo(f"{output.topic}: place {output.end + 1} is decided and not in the outbox")
        await self._produce(owned, output, request(found, output.end, alone=not output.confirmed))

    async def _rows(self, topic: str, after: int, most: int) -> list[Row]:
        async with acquired(self._pool, self._deadline) as connection:
            return await lanes.rows(connection, topic, self._partition, after, most)

    async def _produce(self, owned: Ownership, output: _Output, rows: Sequence[Row]) -> None:
        assert owned.producer_id is not None
        reach("sending")
        offset = await self._wire.produce(
            output.topic,
            self._partition,
            [Outgoing(row.key, row.value, to_milliseconds(row.at), HEADERS) for row in rows],
            producer_id=owned.producer_id,
            sequence=sequence_of(rows[0].place),
        )
        reach("sent")
        if offset != rows[0].place - 1:
            raise LetGo(f"{output.topic}: place {rows[0].place} was acknowledged at offset {offset}")
        output.end, output.confirmed = rows[-1].place, True
        await self._acknowledge(owned, output.topic, output.end)
        reach("marked")

    async def _acknowledge(self, owned: Ownership, topic: str, place: int) -> None:
        async with acquired(self._pool, self._deadline) as connection:
            if not await lanes.acknowledge(connection, topic, place, owned):
                raise TakenAway


async def _all(sending: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Wait for every request, also when one fails: none may be under way when the lane is let go."""
    done = await asyncio.gather(*sending, return_exceptions=True)
    for outcome in done:
        if outcome is not None:
            raise outcome
