"""Faust's transport, with a consumer that lets facts gather before it fetches them, and stops at none.

Each answer of the broker is a turn of the thread in which Faust consumes, and one thread at a time runs
Python: the engine waits meanwhile. What Faust counts may be a second old, so it comes in few answers.
"""

from __future__ import annotations

from typing import Any

import aiokafka
import structlog
from faust.transport.drivers import aiokafka as driver

GATHERED = 65_536
"""Bytes that the broker waits for before it answers, for at most the 1.5 s that Faust lets it wait."""


log = structlog.get_logger("jembatan.gathering")


class _Thread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Faust has no setting for what the client takes as `fetch_min_bytes`.
        consumer._fetch_min_bytes = GATHERED
        return consumer

    async def _fetch_records(
        self,
        consumer: aiokafka.AIOKafkaConsumer,
        active_partitions: set[Any],
        timeout: float | None = None,
        max_records: int | None = None,
    ) -> Any:  # noqa: ANN401
        """A header whose name is no text: what waits to be counted is passed over; the service goes on."""
        try:
            return await super()._fetch_records(consumer, active_partitions, timeout, max_records)
        except UnicodeDecodeError as why:
            log.warning("facts are not counted", action="not_counted", why=str(why))
            active = {tuple(place) for place in active_partitions}
            if places := [place for place in consumer.assignment() if tuple(place) in active]:
                await consumer.seek_to_end(*places)
            return {}


class _Consumer(driver.Consumer):
    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class GatheringTransport(driver.Transport):
    """Faust's own but for that."""

    Consumer = _Consumer
