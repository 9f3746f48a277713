"""What the workers of one process share."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

import asyncpg

from jembatan.contracts.events import language
from jembatan.contracts.own_topics import own_topics
from jembatan.contracts.registry import FACTS
from jembatan.contracts.reporters import Reporters
from jembatan.engine import positions
from jembatan.engine.decision import Decider, Made
from jembatan.engine.ending import Stray
from jembatan.engine.entry import Shape
from jembatan.engine.handover import Handover
from jembatan.engine.headway import Headway
from jembatan.engine.intake import Intake
from jembatan.engine.lookout import Lookout
from jembatan.engine.metrics import Metrics
from jembatan.engine.service import Service
from jembatan.engine.settings import Settings
from jembatan.engine.tail import Tail
from jembatan.engine.transaction import acquired
from jembatan.engine.wire import Wire

DECIDE = "decide"
MARK_KEPT = 0.1
PUBLISH = "publish"


def report_topics(service: Service, reporters: Reporters) -> list[str]:
    """The topics in which a service is reported to: the shared one and the reporters' own."""
    return [f"{service.name}.reports", *own_topics(reporters.reporter, [service.name])]


def output_topics(service: str) -> list[str]:
    """The topics that a service publishes in: each lane has this partition of each."""
    return sorted(
        {event.topic for event in FACTS.values() if event.service == service} | {f"{service}.refusals"}
    )


def intake(service: Service, settings: Settings, reporters: Reporters) -> Intake:
    """How a service reads what comes in."""
    return Intake(
        frozenset(report_topics(service, reporters)),
        service.name,
        {f"{other}.facts": frozenset(nouns) for other, nouns in service.reads.items()},
        reporters.by_source(),
        language(),
        settings.simulated,
    )


class Hub:
    """Connections, rules and measurements of one service's process."""

    def __init__(
        self,
        service: Service,
        settings: Settings,
        reporters: Reporters,
        pool: asyncpg.Pool[asyncpg.Record],
        wire: Wire,
        reads: Wire,
        fail: Callable[[BaseException], None],
    ) -> None:
        self.service = service
        self.settings = settings
        self.pool = pool
        self.wire = wire
        # Answers come in the order of requests: what is read does not wait for what is being written.
        self.reads = reads
        self.tail = Tail(settings.kafka, settings.request_timeout, reads)
        self.metrics = Metrics(service.name)
        self.report_topics = report_topics(service, reporters)
        self.inputs = [*self.report_topics, *(f"{other}.facts" for other in service.reads)]
        self.outputs = output_topics(service.name)
        self.intake = intake(service, settings, reporters)
        self.decider = Decider(service, Shape(service.name, settings.partitions, settings.simulated))
        self.handover = Handover()
        self.lookout = Lookout(service.store, pool, settings.statement_timeout)
        self.wakes: dict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self._progress: dict[tuple[str, int], Headway] = {}
        self.fail = fail
        self._mark: tuple[float, datetime | None] = (0.0, None)
        self.generation = 0
        self.level: set[int] = set()
        """Partitions of ours that have found PostgreSQL as new as its topics, and may decide."""

    def progress(self, what: str, partition: int) -> Headway:
        """The progress of deciding or publishing in a partition, or in the group; each is watched apart."""
        return self._progress.setdefault((what, partition), Headway())

    def forget(self, partition: int) -> None:
        self._progress = {key: value for key, value in self._progress.items() if key[1] != partition}
        self.level.discard(partition)

    def lag(self) -> dict[int, int]:
        """Records that wait to be decided, by partition; one that was never taken is left out."""
        found = self._progress.items()
        return {number: one.lag for (what, number), one in found if what == DECIDE and one.lag is not None}

    def numbers(self) -> list[int]:
        """The partitions of this process, taken already or not."""
        return sorted(number for what, number in self._progress if what == DECIDE)

    def standing(self) -> dict[str, str]:
        """What stands until somebody mends it, `decide 3` or `publish 3`, and why."""
        found = self._progress.items()
        return {f"{what} {number}": entry.stands for (what, number), entry in found if entry.stands}

    def stalled_for(self) -> float:
        """The longest time that a partition of ours has waited without progress, in seconds."""
        return max((progress.stalled_for() for progress in self._progress.values()), default=0.0)

    async def watermark(self) -> datetime | None:
        """The service's watermark, asked for once for all lanes of the process."""
        asked, mark = self._mark
        if time.monotonic() - asked < MARK_KEPT:
            return mark
        async with acquired(self.pool, self.settings.statement_timeout) as connection:
            mark = await positions.watermark(connection, self.report_topics)
        self._mark = (time.monotonic(), mark)
        if mark is not None:
            self.metrics.watermark.set(mark.timestamp())
        return mark

    def made(self, made: Made) -> None:
        """Count what was committed, hand it over, and wake the lanes that have something to publish."""
        self.metrics.count(made.counts)
        self.generation += bool(made.counts)
        for output, rows in made.placed.items():
            self.handover.give(output, rows)
            self.wakes[output[1]].set()

    def watch(self, task: asyncio.Task[None]) -> None:
        """A worker's task must not end by itself: if it does, the process ends and is started anew."""
        if task.cancelled():
            if not task.cancelling():
                self.fail(Stray(f"{task.get_name()} ended, and nobody had asked it to"))
        elif (error := task.exception()) is not None:
            self.fail(error)
