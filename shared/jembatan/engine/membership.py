"""Which partition numbers this process owns: Kafka's consumer group shares them out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from jembatan.engine import positions
from jembatan.engine.ending import unless_asked, within
from jembatan.engine.failpoints import reach
from jembatan.engine.hub import Hub
from jembatan.engine.platform_errors import PLATFORM
from jembatan.engine.transaction import transaction
from jembatan.engine.worker import PartitionWorker
from jembatan.topology import group_id

POLL_MS = 500
COMMIT_EVERY = 10
BELONG, NO_PARTITION = "belong to the group", -1
"""Its own progress: a process that waits for its group for ever owns nothing, and decides nothing."""

log = structlog.get_logger("jembatan.membership")


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]
    """Starts a worker for each number given to this process and stops those taken away.

    Its consumer reads nothing: data comes by consumers of the workers' own, from positions in PostgreSQL.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._workers: dict[int, PartitionWorker] = {}
        self._topic = f"{hub.service.name}.reports"
        self.joined = False
        self._staying = False
        self._endings: set[asyncio.Task[None]] = set()

    @property
    def numbers(self) -> list[int]:
        return sorted(self._workers)

    async def run(self) -> None:
        """Stay in the group until cancelled."""
        self._hub.progress(BELONG, NO_PARTITION)
        while True:
            try:
                with unless_asked():
                    await self._stay()
            except PLATFORM as error:
                log.warning("again", action="membership_again", why=repr(error))
                await asyncio.sleep(1.0)
            finally:
                await self._stop(self.numbers)

    async def _stay(self) -> None:
        consumer = self._consumer()
        consumer.subscribe([self._topic], listener=self)
        self._staying = True
        try:
            await consumer.start()
            while True:
                for turn in range(COMMIT_EVERY):
                    await self._poll(consumer)
                    self.joined = self.joined or turn > 0
                with contextlib.suppress(*PLATFORM):
                    await self._commit(consumer)
        finally:
            # What the group still hands out while its consumer is being closed would be nobody's to stop.
            self._staying = self.joined = False
            await self._stop(self.numbers)
            with contextlib.suppress(*PLATFORM):
                await within(self._hub.settings.request_timeout, consumer.stop())

    async def _poll(self, consumer: AIOKafkaConsumer) -> None:
        """What is read, since a new assignment is not paused yet, is thrown away, readable or not."""
        consumer.pause(*consumer.assignment())
        with contextlib.suppress(UnicodeDecodeError):
            await consumer.getmany(timeout_ms=POLL_MS)
        self._hub.progress(BELONG, NO_PARTITION).moved()

    def _consumer(self) -> AIOKafkaConsumer:
        settings = self._hub.settings
        return AIOKafkaConsumer(
            bootstrap_servers=settings.kafka,
            group_id=group_id(self._hub.service.name),
            enable_auto_commit=False,
            auto_offset_reset="latest",
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.heartbeat_ms,
            max_poll_interval_ms=300_000,
            rebalance_timeout_ms=int(settings.drain * 2000),
            request_timeout_ms=int(settings.request_timeout * 1000),
        )

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        """For lag tools only: nothing here ever starts from a committed offset."""
        offsets: dict[TopicPartition, int] = {}
        async with transaction(self._hub.pool, self._hub.settings.request_timeout) as connection:
            for number in self.numbers:
                places = await positions.read(connection, [self._topic], number)
                offsets |= {TopicPartition(*source): place.next_offset for source, place in places.items()}
        decided = {source: offset for source, offset in offsets.items() if offset}
        if decided:
            await consumer.commit(decided)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        numbers = [source.partition for source in revoked]
        if numbers:
            reach("revoked")
        await self._stop(numbers)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        if not self._staying:
            return
        try:
            reach("assigned")
            self._start(source.partition for source in assigned)
        except Exception as error:
            # The client only logs what its listener raises; without workers the process is of no use.
            self._hub.fail(error)
            raise
        self.joined = True
        log.info("partitions assigned", action="assigned", numbers=self.numbers)

    def _start(self, numbers: Iterable[int]) -> None:
        for number in sorted(numbers):
            if number not in self._workers:
                self._workers[number] = PartitionWorker(self._hub, number)
                self._workers[number].start()

    async def _stop(self, numbers: Iterable[int]) -> None:
        """Stop these workers, and wait for all that are being stopped.

        In tasks of their own: whoever waits may be cancelled, and a worker half stopped would be nobody's.
        """
        for number in [number for number in numbers if number in self._workers]:
            task = asyncio.create_task(self._workers.pop(number).stop(), name=f"stop-{number}")
            self._endings.add(task)
            task.add_done_callback(self._endings.discard)
        if self._endings:
            await asyncio.wait(set(self._endings))
