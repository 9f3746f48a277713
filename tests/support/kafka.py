"""Kafka through confluent-kafka: a client that shares no code with ours."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

Headers = list[tuple[str, str | bytes | None]]
STRUCTURED = "application/cloudevents+json; charset=UTF-8"


@dataclass(frozen=True)
class Message:
    """One record as it lies in the topic."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int = 0

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.value or b"{}")
        return found


class Reports:
    """Sends reports, and remembers which were acknowledged."""

    def __init__(self, bootstrap: str, source: str) -> None:
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "acks": "all",
                "enable.idempotence": True,
                # With more, what comes second can be the first to reach a partition that is just being made.
                # The broker takes it, then the first for a repeat; the client says that both were written.
                "max.in.flight": 1,
                "linger.ms": 5,
                "message.max.bytes": 2_000_000,
                "log_level": 0,
            }
        )
        self._source = source
        self.acknowledged: set[str] = set()
        self.failed: set[str] = set()

    def send(
        self,
        name: str,
        subject: str,
        data: Mapping[str, Any],
        *,
        service: str,
        identity: str | None = None,
        mode: str = "structured",
        key: bytes | None = None,
        at: str | None = None,
        milliseconds: int = 0,
        partition: int = -1,
    ) -> str:
        """Send one report in either CloudEvents mode; gives its id."""
        identity = identity or str(uuid.uuid4())
        attributes = {
            "specversion": "1.0", "id": identity, "source": self._source, "subject": subject,
            "type": f"org.jembatan.report.{name}.v1",
        }  # fmt: skip
        if at:
            attributes["time"] = at
        value, headers = encode(attributes, data, mode)
        self.raw(f"{service}.reports", value, headers, key, identity, milliseconds, partition)
        return identity

    def raw(
        self,
        topic: str,
        value: bytes | None,
        headers: Headers,
        key: bytes | None = None,
        identity: str = "",
        milliseconds: int = 0,
        partition: int = -1,
    ) -> None:
        """Send any bytes at all; to the partitioner's choice unless one is given."""

        def done(error: object, _: object) -> None:
            (self.failed if error else self.acknowledged).add(identity)

        self._produce(
            topic, value, partition, key=key, headers=headers, on_delivery=done, timestamp=milliseconds
        )
        self._producer.poll(0)

    def _produce(self, topic: str, value: bytes | None, partition: int, **more: Any) -> None:  # noqa: ANN401
        while True:
            try:
                self._producer.produce(topic, value, partition=partition, **more)
                return
            except BufferError:
                self._producer.poll(0.05)

    def flush(self, within: float = 60.0) -> None:
        assert self._producer.flush(within) == 0, "the broker did not acknowledge in time"


def in_a_transaction(bootstrap: str, topic: str, value: bytes, **more: Any) -> None:  # noqa: ANN401
    """One record in a Kafka transaction that is committed; `more` as `Producer.produce` takes it."""
    named = {"transactional.id": uuid.uuid4().hex, "acks": "all", "log_level": 0}
    producer = Producer({"bootstrap.servers": bootstrap, **named})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, value, **more)
    producer.commit_transaction(30)


def encode(attributes: Mapping[str, str], data: Mapping[str, Any], mode: str) -> tuple[bytes, Headers]:
    """A record in structured or binary mode, by the binding's text."""
    if mode == "structured":
        body = {**attributes, "datacontenttype": "application/json", "data": data}
        return json.dumps(body).encode(), [("content-type", STRUCTURED.encode())]
    headers: Headers = [(f"ce_{name}", value.encode()) for name, value in attributes.items()]
    return json.dumps(data).encode(), [("content-type", b"application/json"), *headers]


def dump(bootstrap: str, topics: Iterable[str]) -> list[Message]:
    """Everything that lies in these topics now, each partition in its own order."""
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": f"dump-{uuid.uuid4()}", "enable.auto.commit": False}
    )
    try:
        ends = _ends(consumer, bootstrap, topics)
        consumer.assign(
            [TopicPartition(topic, partition, low) for (topic, partition), (low, _) in ends.items()]
        )
        return _read(consumer, {place: high for place, (low, high) in ends.items() if high > low})
    finally:
        consumer.close()


def length(bootstrap: str, topics: Iterable[str]) -> int:
    """How many records lie in these topics now, without reading them."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": f"length-{uuid.uuid4()}"})
    try:
        return sum(high - low for low, high in _ends(consumer, bootstrap, topics).values())
    finally:
        consumer.close()


def _ends(
    consumer: Consumer, bootstrap: str, topics: Iterable[str]
) -> dict[tuple[str, int], tuple[int, int]]:
    known = AdminClient({"bootstrap.servers": bootstrap}).list_topics(timeout=10).topics
    places = [(topic, partition) for topic in topics for partition in known[topic].partitions]
    return {place: _watermarks(consumer, place) for place in sorted(places)}


def _watermarks(consumer: Consumer, place: tuple[str, int]) -> tuple[int, int]:
    """The first and the next offset; a broker names a new partition's leader before that serves it."""
    deadline = monotonic() + 15
    while True:
        try:
            low, high = consumer.get_watermark_offsets(TopicPartition(*place), timeout=10)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.NOT_LEADER_FOR_PARTITION or monotonic() > deadline:
                raise
            sleep(0.1)
        else:
            return low, high


def _read(consumer: Consumer, ends: dict[tuple[str, int], int]) -> list[Message]:
    found: list[Message] = []
    deadline = monotonic() + 60
    waiting = dict(ends)
    while waiting and monotonic() < deadline:
        for raw in consumer.consume(1000, timeout=0.05):
            assert raw.error() is None, raw.error()
            message = _message(raw)
            found.append(message)
            if message.offset + 1 >= waiting.get((message.topic, message.partition), 0):
                waiting.pop((message.topic, message.partition), None)
    assert not waiting, f"could not read to the end of {waiting}"
    return sorted(found, key=lambda message: (message.topic, message.partition, message.offset))


def wait_for(
    bootstrap: str, topics: Iterable[str], enough: Callable[[list[Message]], bool], within: float = 60.0
) -> list[Message]:
    """Dump again and again until it is enough; the last dump is in the error if it never is."""
    names = list(topics)
    deadline = monotonic() + within
    while True:
        found = dump(bootstrap, names)
        if enough(found):
            return found
        if monotonic() > deadline:
            last = [(m.topic, m.partition, m.offset, m.event.get("type")) for m in found[-20:]]
            raise AssertionError(f"not enough after {within} s: {len(found)} records, the last {last}")


def _message(raw: Any) -> Message:  # noqa: ANN401
    return Message(raw.topic(), raw.partition(), raw.offset(), raw.key(), raw.value(), raw.timestamp()[1])
