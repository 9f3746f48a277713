"""Faust's transport, with a consumer that lets facts gather before it fetches them.

Each answer of the broker is a turn of the thread in which Faust consumes, and one thread at a time runs
Python: the engine waits meanwhile. What Faust counts may be a second old, so it comes in few answers.
"""

from __future__ import annotations

import aiokafka
from faust.transport.drivers import aiokafka as driver

GATHERED = 65_536
"""Bytes that the broker waits for before it answers, for at most the 1.5 s that Faust lets it wait."""


class _Thread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Faust has no setting for what the client takes as `fetch_min_bytes`.
        consumer._fetch_min_bytes = GATHERED
        return consumer


class _Consumer(driver.Consumer):
    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class GatheringTransport(driver.Transport):
    """Faust's own but for that."""

    Consumer = _Consumer
