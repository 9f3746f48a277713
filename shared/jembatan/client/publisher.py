"""Reporting: sends CloudEvents to the services' report topics."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from pydantic import BaseModel

from jembatan.client.cluster import cluster
from jembatan.client.errors import ClientError, NoTopic, NotSent, reaching
from jembatan.client.stopping import stop
from jembatan.contracts.registry import REPORTS, SERVICES
from jembatan.contracts.writing import Encoded, Mode, encode_report
from jembatan.engine.records import TICK, from_milliseconds, to_milliseconds

TICK_HEADERS = [(TICK, b"1")]


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a record lies now, and the time that Kafka keeps with it."""

    id: str
    topic: str
    partition: int
    offset: int
    at: datetime


class Publisher:
    """Sends reports as one reporter; use it as `async with`.

    `source` is the reporter's CloudEvents source as its platform knows it. `own_topic` is the reporter's code
    if it has report topics of its own (`<service>.reports.<code>`). A report is acknowledged by all replicas
    before a call returns, and Kafka drops what the producer itself repeats. Who repeats a report after a
    `NotSent` uses the same id: the platform decides it once. Leaving waits `timeout` seconds at
    most for what is not acknowledged yet, then gives it up: who awaits it gets `NotSent`.
    """

    def __init__(
        self, bootstrap: str, source: str, *, own_topic: str | None = None, timeout: float = 30.0
    ) -> None:
        self._bootstrap = bootstrap
        self.source = source
        self._own = own_topic
        self._timeout = timeout
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            acks="all",
            enable_idempotence=True,
            linger_ms=2,
            request_timeout_ms=int(self._timeout * 1000),
        )
        with reaching(self._bootstrap):
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
        self._producer = producer
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await stop(producer, self._timeout)

    async def report(
        self,
        name: str,
        subject: str,
        data: BaseModel | Mapping[str, Any],
        *,
        id: str | None = None,  # noqa: A002
        time: datetime | None = None,
        mode: Mode = "structured",
        correlationid: str | None = None,
        retryof: str | None = None,
        traceparent: str | None = None,
    ) -> Sent:
        """Send one report, such as `job_order.submitted`; raises ValueError for a name that is none.

        The data is checked by the platform, which answers in `<service>.facts` or `<service>.refusals`. In
        simulated time give `time`: it is then the record's own.
        """
        identity = id or str(uuid.uuid4())
        encoded = encode_report(
            name, subject, self.source, identity, data, time, mode,
            correlationid=correlationid, retryof=retryof, traceparent=traceparent,
        )  # fmt: skip
        return await self.send(self.topic_of(name), encoded, identity, time)

    def topic_of(self, name: str) -> str:
        """The topic to which this reporter sends reports of a name."""
        if name not in REPORTS:
            raise ValueError(f"there is no report {name!r}; there are: {', '.join(sorted(REPORTS))}")
        return f"{REPORTS[name].topic}.{self._own}" if self._own else REPORTS[name].topic

    async def send(self, topic: str, encoded: Encoded, identity: str, time: datetime | None = None) -> Sent:
        """Send a record that is encoded already, and wait for its acknowledgement."""
        return await (await self.post(topic, encoded, identity, time))

    async def post(
        self, topic: str, encoded: Encoded, identity: str, time: datetime | None = None
    ) -> asyncio.Task[Sent]:
        """Put a record in line; await the task for its acknowledgement. Records posted in turn stay so."""
        try:
            sending = await self._running().send(
                topic,
                value=encoded.value,
                key=encoded.key,
                headers=list(encoded.headers),
                timestamp_ms=None if time is None else to_milliseconds(time),
            )
        except (KafkaError, OSError, TimeoutError) as error:
            raise await self._why(error, topic, identity) from error
        return asyncio.create_task(self._acknowledged(sending, topic, identity))

    async def tick(self, at: datetime, services: Iterable[str] = SERVICES) -> int:
        """Move simulated time on to `at` in every partition of every report topic; gives how many those are.

        What is due by then happens by itself: rounds close, offers lapse. Time never goes back: reports with
        an earlier time than a tick's count as sent at the tick's.
        """
        found = await cluster(self._bootstrap)
        places = [(t, p) for t in found.report_topics(services) for p in range(found.count(t))]
        await asyncio.gather(*(self._tick(topic, partition, at) for topic, partition in places))
        return len(places)

    async def _tick(self, topic: str, partition: int, at: datetime) -> Sent:
        sending = await self._running().send(
            topic, value=b"", partition=partition, headers=TICK_HEADERS, timestamp_ms=to_milliseconds(at)
        )
        return await self._acknowledged(sending, topic, TICK)

    async def _acknowledged(self, sending: Any, topic: str, identity: str) -> Sent:  # noqa: ANN401
        try:
            async with asyncio.timeout(self._timeout):
                done = await sending
        except (KafkaError, OSError, TimeoutError) as error:
            raise await self._why(error, topic, identity) from error
        return Sent(identity, topic, done.partition, done.offset, from_milliseconds(done.timestamp))

    async def _why(self, error: BaseException, topic: str, identity: str) -> ClientError:
        # Whatever else is wrong, the record may still come to lie there: its id has to be told.
        with contextlib.suppress(ClientError):
            if topic not in (await cluster(self._bootstrap)).partitions:
                return NoTopic(
                    f"There is no topic {topic}; is this the right Kafka, and are its topics made?"
                )
        return NotSent(f"{identity} was not acknowledged by {topic} ({error!r}); send it again with its id.")

    def _running(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise ClientError("The publisher is not open; use it as `async with Publisher(…) as publisher`.")
        return self._producer


async def tick(bootstrap: str, at: datetime, services: Iterable[str] = SERVICES) -> int:
    """`Publisher.tick` for those who have no publisher open."""
    async with Publisher(bootstrap, "urn:jembatan:tick") as publisher:
        return await publisher.tick(at, services)
