"""The owner of one partition number: it decides what comes in there and publishes that lane."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from jembatan.engine import level, positions
from jembatan.engine.comparing import first_difference
from jembatan.engine.decision import INTERNAL, TOO_LARGE, Failure, Made
from jembatan.engine.ending import end, unless_asked
from jembatan.engine.failpoints import reach
from jembatan.engine.halts import AHEAD, STRANGER
from jembatan.engine.hub import DECIDE, PUBLISH, Hub
from jembatan.engine.input import PartitionInput
from jembatan.engine.intake import Taken
from jembatan.engine.level import Older
from jembatan.engine.outbox import TooLarge
from jembatan.engine.platform_errors import PLATFORM
from jembatan.engine.positions import PositionMoved
from jembatan.engine.publisher import LanePublisher
from jembatan.engine.records import Place, Record, Source, advance
from jembatan.engine.tender import Tender
from jembatan.engine.transaction import SLOW_TRIES, TooSlow, persist, transaction

WAIT_MS = 200
PAUSE = 0.3
AFTER_FAILURE = 5.0

log = structlog.get_logger("jembatan.worker")


class ClockJump(Exception):
    """A record's time is far ahead of this machine's clock: deciding it could close every deadline."""


class PartitionWorker:
    """Runs until it is stopped; a worker that finds another at its partition lets go and starts anew."""

    def __init__(self, hub: Hub, partition: int) -> None:
        self._hub = hub
        self._partition = partition
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()

    def start(self) -> None:
        hub, number = self._hub, self._partition
        publisher = LanePublisher(
            number,
            hub.outputs,
            hub.pool,
            hub.settings.statement_timeout,
            hub.wire,
            hub.tail,
            hub.wakes[number],
            hub.handover,
            hub.progress(PUBLISH, number),
        )
        # From now on: a partition that can never be taken makes no progress either.
        hub.progress(DECIDE, number)
        self._tasks = [
            asyncio.create_task(self._run(), name=f"decide-{number}"),
            asyncio.create_task(publisher.run(), name=f"publish-{number}"),
            asyncio.create_task(Tender(hub, number).run(), name=f"tend-{number}"),
        ]
        for task in self._tasks:
            task.add_done_callback(hub.watch)

    async def stop(self) -> None:
        """Let the transaction that is under way end, then let everything go."""
        self._stopping.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._hub.settings.drain):
                await asyncio.shield(asyncio.wait(self._tasks[:1]))
        await end(self._tasks)
        self._hub.forget(self._partition)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with unless_asked():
                    await self._hold()
            except PositionMoved as why:
                log.warning("partition let go", action="let_go", partition=self._partition, why=str(why))
            except ClockJump as why:
                await self._stand("CLOCK_JUMP", f"CLOCK_JUMP: {why}")
            except Older as why:
                self._hub.level.discard(self._partition)
                await self._stand(AHEAD, str(why))
            except PLATFORM as error:
                log.warning("again", action="worker_again", partition=self._partition, why=repr(error))
            except Exception:
                # What cannot even be fetched stops its partition alone; without progress the watchdog tells.
                log.exception("partition fails", action="worker_failed", partition=self._partition)
                self._hub.metrics.alarms.labels("worker").inc()
                await asyncio.sleep(AFTER_FAILURE)
            await asyncio.sleep(PAUSE)

    async def _stand(self, code: str, why: str) -> None:
        log.error("partition stopped", action=code, partition=self._partition, why=why)
        self._hub.metrics.alarms.labels(code).inc()
        self._hub.progress(DECIDE, self._partition).stand(why)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(AFTER_FAILURE):
                await self._stopping.wait()

    async def _hold(self) -> None:
        settings = self._hub.settings
        source = PartitionInput(
            settings.kafka,
            settings.request_timeout,
            settings.batch_records,
            settings.batch_bytes,
            self._hub.reads,
        )
        try:
            await source.start()
            places = await self._take(source)
            while not self._stopping.is_set():
                places = await self._turn(source, places)
        finally:
            await source.stop()

    async def _compare(self, source: PartitionInput) -> None:
        """`Older` if any lane of the service has more than was decided, whoever owns it.

        Kafka's ends are read first: what is decided after that can only be more. Where a stranger has
        written, the lane's owner halts that lane alone.
        """
        hub = self._hub
        lanes = [(topic, number) for topic in hub.outputs for number in range(hub.settings.partitions)]
        ends = await source.ends(lanes)
        async with transaction(hub.pool, hub.settings.statement_timeout) as connection:
            await level.check(connection)
            decided = await level.heads(connection, hub.outputs)
        for lane, why in level.ahead(ends, decided).items():
            after, deadline = decided[lane].acknowledged, hub.settings.statement_timeout
            found = await first_difference(hub.pool, deadline, hub.tail, lane, after, ends[lane])
            if found is None or STRANGER not in found:
                raise Older(why)
        hub.level.add(self._partition)

    async def _take(self, source: PartitionInput) -> dict[Source, Place]:
        await self._compare(source)
        async with transaction(self._hub.pool, self._hub.settings.statement_timeout) as connection:
            places = await positions.read(connection, self._hub.inputs, self._partition)
        reach("partition_read")
        back = await source.mismatches(places)
        if back:
            await self._rewind(places, back)
            raise PositionMoved(f"went back to {back}")
        source.seek(places)
        log.info("partition taken", action="partition_taken", partition=self._partition)
        return places

    async def _rewind(self, places: Mapping[Source, Place], back: Mapping[Source, int]) -> None:
        where = {f"{topic}/{partition}": to for (topic, partition), to in back.items()}
        log.error("what was decided is no longer in the topic", action="POSITION_MISMATCH", back=where)
        self._hub.metrics.alarms.labels("POSITION_MISMATCH").inc()
        async with transaction(self._hub.pool, self._hub.settings.statement_timeout) as connection:
            for source, to in sorted(back.items()):
                await positions.rewind(connection, source, places[source], to)

    async def _turn(self, source: PartitionInput, places: dict[Source, Place]) -> dict[Source, Place]:
        records = await source.batch(WAIT_MS)
        progress = self._hub.progress(DECIDE, self._partition)
        if records:
            self._check_clock(records)
            places = await self._decide(records, places)
            progress.moved()
        lag = await source.lag(places)
        progress.lag = progress.lag if lag is None else lag
        if lag == 0:
            progress.moved()
        return places

    def _check_clock(self, records: Sequence[Record]) -> None:
        if self._hub.settings.simulated:
            return
        latest = datetime.now(UTC) + timedelta(seconds=self._hub.settings.clock_jump)
        for record in records:
            if record.at > latest:
                raise ClockJump(f"{record.topic}/{record.partition}/{record.offset} is of {record.at}")

    async def _decide(self, records: Sequence[Record], places: dict[Source, Place]) -> dict[Source, Place]:
        try:
            return await self._commit(records, places, None)
        except (PositionMoved, Older, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 -- whatever a record does, it is found by halving
            if len(records) == 1:
                return await self._alone(records, places, error)
            log.warning("batch halved", action="batch_halved", records=len(records), why=repr(error))
        middle = len(records) // 2
        places = await self._decide(records[:middle], places)
        return await self._decide(records[middle:], places)

    async def _alone(
        self, records: Sequence[Record], places: dict[Source, Place], error: Exception
    ) -> dict[Source, Place]:
        if isinstance(error, TooSlow):
            return await self._commit(records, places, None, patience=None)
        return await self._refuse(records, places, error)

    async def _refuse(
        self, records: Sequence[Record], places: dict[Source, Place], error: Exception
    ) -> dict[Source, Place]:
        failure = TOO_LARGE if isinstance(error, TooLarge) else INTERNAL
        record = records[0]
        log.error(
            "report cannot be decided", action=failure.code, topic=record.topic, partition=record.partition,
            offset=record.offset, exc_info=error,
        )  # fmt: skip
        return await self._commit(records, places, failure)

    def _read(
        self, records: Sequence[Record], places: Mapping[Source, Place], failure: Failure | None
    ) -> list[Taken]:
        try:
            return self._hub.intake.take(records, places)
        except Exception:
            if failure is None:
                raise
            return self._hub.intake.broken(records[0], places)

    async def _commit(
        self,
        records: Sequence[Record],
        places: dict[Source, Place],
        failure: Failure | None,
        patience: int | None = SLOW_TRIES,
    ) -> dict[Source, Place]:
        taken = self._read(records, places, failure)
        after = advance(places, records)
        reach("batch_taken")

        async def once() -> Made:
            async with transaction(self._hub.pool, self._hub.settings.statement_timeout) as connection:
                reach("begun")
                await positions.move(connection, places, after)
                reach("moved")
                return await self._hub.decider.batch(connection, taken, failure)

        made = await persist(once, f"batch of partition {self._partition}", patience)
        reach("committed")
        self._hub.made(made)
        return after
