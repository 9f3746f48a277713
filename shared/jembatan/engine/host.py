"""A service as a Faust app: Faust brings worker, leader, timers, sensors and web; the engine runs in it."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import Any, cast

import asyncpg
import faust
import structlog
from aiokafka.errors import KafkaError
from mode import Service as ModeService

from jembatan.contracts.reporters import load_reporters
from jembatan.engine import housekeeping, positions
from jembatan.engine.collecting import spare_the_collector
from jembatan.engine.ending import end
from jembatan.engine.gathering import GatheringTransport
from jembatan.engine.hub import Hub
from jembatan.engine.membership import Membership
from jembatan.engine.outbox import make_lanes
from jembatan.engine.records import TICK
from jembatan.engine.sensor import EventCounter
from jembatan.engine.service import Connection, Service
from jembatan.engine.settings import Settings
from jembatan.engine.transaction import persist, transaction
from jembatan.engine.watchdog import end_within, verdict, watch
from jembatan.engine.web import add_pages
from jembatan.engine.wire import Outgoing, Wire

TICK_RECORD = Outgoing(None, b"", -1, ((TICK, b"1"),))

log = structlog.get_logger("jembatan.host")


class Engine(ModeService):
    """The engine of one service in one process, for as long as its Faust worker runs."""

    def __init__(self, service: Service, settings: Settings, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self.service = service
        self.settings = settings
        self.hub: Hub | None = None
        self.membership: Membership | None = None
        self._running: list[asyncio.Task[None]] = []

    async def on_start(self) -> None:
        reporters = load_reporters(self.settings.reporters)
        pool = await connect(self.service.name, self.settings)
        wire, reads = self._wire(), self._wire("-reads")
        await wire.start()
        await reads.start()
        hub = Hub(self.service, self.settings, reporters, pool, wire, reads, self._fail)
        await persist(lambda: make_rows(hub), "the rows of positions and lanes")
        self.hub, self.membership = hub, Membership(hub)
        self._running = [
            asyncio.create_task(self.membership.run(), name="membership"),
            asyncio.create_task(watch(hub.stalled_for, self.settings.stall_after), name="watchdog"),
            asyncio.create_task(housekeeping.run(hub), name="housekeeping"),
        ]
        for task in self._running:
            task.add_done_callback(hub.watch)

    def _wire(self, what: str = "") -> Wire:
        settings = self.settings
        return Wire(settings.kafka, settings.request_timeout, f"jembatan-{self.service.name}{what}")

    async def on_stop(self) -> None:
        await end(self._running, self.settings.stop_within)
        if self.hub is not None:
            for wire in (self.hub.wire, self.hub.reads):
                with contextlib.suppress(KafkaError, OSError, TimeoutError):
                    await wire.stop()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.settings.request_timeout):
                    await self.hub.pool.close()

    async def tick(self) -> None:
        """Move time on in every partition of every report topic, by an empty record."""
        if self.hub is None or self.settings.simulated:
            return
        numbers = range(self.settings.partitions)
        places = [(topic, number) for topic in self.hub.report_topics for number in numbers]
        sending = (self.hub.wire.produce(*place, [TICK_RECORD]) for place in places)
        for outcome in await asyncio.gather(*sending, return_exceptions=True):
            if isinstance(outcome, BaseException):
                log.warning("no tick", action="tick_failed", why=repr(outcome))
                return

    @property
    def ready(self) -> bool:
        """Joined its group, and no partition of it stands or waits without progress."""
        if self.hub is None or self.membership is None or not self.membership.joined:
            return False
        stalled = verdict(self.hub.stalled_for(), self.settings.stall_after) != "ready"
        return not stalled and not self.hub.standing()

    def _fail(self, error: BaseException) -> None:
        log.critical("a worker ended", action="worker_ended", why=repr(error), exc_info=error)
        asyncio.ensure_future(self.crash(error))  # noqa: RUF006


async def make_rows(hub: Hub) -> None:
    """A row for each position and each lane, before anyone works on them."""
    async with transaction(hub.pool, hub.settings.statement_timeout) as connection:
        await positions.make(connection, hub.inputs, hub.settings.partitions)
        await make_lanes(connection, hub.outputs, hub.settings.partitions)


async def connect(service: str, settings: Settings) -> asyncpg.Pool[asyncpg.Record]:
    """A pool on the service's own schema; every statement has a deadline here and on the server."""
    limit = int(settings.statement_timeout * 1000)
    return await asyncpg.create_pool(
        settings.postgres.get_secret_value(),
        min_size=1,
        max_size=settings.pool,
        command_timeout=settings.statement_timeout,
        reset=_nothing,
        timeout=settings.request_timeout,
        server_settings={
            "application_name": f"jembatan-{service}",
            "search_path": service,
            "synchronous_commit": "on",
            "statement_timeout": str(limit),
            # A worker that stands still this long is replaced by its group: then its locks fall, too.
            "idle_in_transaction_session_timeout": str(min(limit, settings.session_timeout_ms)),
            "transaction_timeout": str(limit * 2),
        },
    )


async def _nothing(_: Connection) -> None:
    """No call here leaves anything in its session; a transaction left open is rolled back before this."""


class ServiceWorker(faust.Worker):
    """Faust's worker, that ends in bounded time when it is told to."""

    async def stop(self) -> None:
        # Clients of a server that is gone can wait for it longer than whoever stops us does.
        end_within(cast(ServiceApp, self.app).engine.settings.stop_within)
        await super().stop()


class ServiceApp(faust.App):
    """A Faust app that starts its engine first, so that no table's recovery can hold it up."""

    engine: Engine

    def _new_transport(self) -> GatheringTransport:
        return GatheringTransport(self.conf.broker_consumer, self)

    async def on_first_start(self) -> None:
        # Faust's own step here makes a folder for tables on disk; ours are in memory.
        await self.add_runtime_dependency(self.engine)
        spare_the_collector()


def host(service: Service, settings: Settings) -> ServiceApp:
    """The Faust app of a service, with the engine, the leader's tick and the web pages in it."""
    app = ServiceApp(f"jembatan-{service.name}", **_configuration(settings))
    app.engine = Engine(service, settings, loop=app.loop, beacon=app.beacon)
    app.timer(timedelta(seconds=settings.tick_every), on_leader=True, name="tick")(app.engine.tick)
    app.sensors.add(EventCounter(lambda: app.engine.hub))
    add_pages(app, app.engine)
    return app


def _configuration(settings: Settings) -> dict[str, Any]:
    """Faust's settings: its own group, no topics of its own making, a web endpoint without tables.

    Its producer carries the changelog of the counts alone, which may gather as the facts do.
    """
    closed = ("tables", "router", "stats", "graph", "metrics")
    return {
        "broker": f"aiokafka://{settings.kafka}",
        "store": "memory://",
        "producer_linger": 0.5,
        "Worker": ServiceWorker,
        "topic_partitions": settings.partitions,
        "topic_allow_declare": False,
        "broker_session_timeout": settings.session_timeout_ms / 1000,
        "broker_heartbeat_interval": settings.heartbeat_ms / 1000,
        "broker_max_poll_interval": 300.0,
        "consumer_auto_offset_reset": "earliest",
        "web_bind": settings.web_host,
        "web_host": settings.web_host,
        "web_port": settings.web_port,
        "worker_redirect_stdouts": False,
        **{f"web_{page}_enabled": False for page in closed},
    }
