"""Reports sent at a steady pace, and when the fact of each was there: latencies as a subscriber sees them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic, sleep

from confluent_kafka import Consumer, Producer, TopicPartition

LINGER_MS = 5
MOST = 500
AFTER = 120.0


@dataclass(frozen=True, slots=True)
class Latencies:
    """Milliseconds from the call that sends a report until its fact is read."""

    p50: float
    p99: float


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass
class Arrivals:
    """A subscriber to a topic, in a thread of its own: when each subject was first seen, and how often."""

    bootstrap: str
    topic: str
    partitions: int
    name: str | None = None
    at: dict[str, float] = field(default_factory=dict)
    twice: int = 0
    count: int = 0
    last: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Arrivals:
        self._consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": "bench-arrivals",
                "enable.auto.commit": False,
                "log_level": 0,
                "fetch.wait.max.ms": 5,
                "fetch.queue.backoff.ms": 5,
            }
        )
        places = [TopicPartition(self.topic, number) for number in range(self.partitions)]
        ends = [self._consumer.get_watermark_offsets(place, timeout=10)[1] for place in places]
        self._consumer.assign([TopicPartition(self.topic, number, end) for number, end in enumerate(ends)])
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(10)
        self._consumer.close()

    def _read(self) -> None:
        while not self._over.is_set():
            # `consume` with a time-out waits for all that it may take, not for the first.
            first = self._consumer.poll(0.05)
            for message in [first, *self._consumer.consume(MOST, timeout=0)] if first else ():
                self._take(monotonic(), message.key() or b"", message.value() or b"{}")

    def _take(self, now: float, key: bytes, value: bytes) -> None:
        if self.name is not None and json.loads(value)["type"] != self.name:
            return
        self.count, self.last = self.count + 1, now
        subject = key.decode()
        if subject in self.at:
            self.twice += 1
        self.at.setdefault(subject, now)

    def until(self, wanted: set[str], alive: Callable[[], None], within: float = AFTER) -> None:
        """Wait for these subjects; raises if one does not come, or one came twice."""
        deadline = monotonic() + within
        while not wanted <= self.at.keys():
            alive()
            if monotonic() > deadline:
                raise RuntimeError(f"{len(wanted - self.at.keys())} of {len(wanted)} facts did not come")
            sleep(0.05)
        if self.twice:
            raise RuntimeError(f"{self.twice} facts came twice")


@dataclass(frozen=True, slots=True)
class Sending:
    """One record to send: whom it is about, and what."""

    subject: str
    value: bytes
    partition: int


def reporter(bootstrap: str) -> Producer:
    """A reporter's producer. Its first record waits for its connection, half a second and more."""
    return Producer(
        {
            "bootstrap.servers": bootstrap,
            "acks": "all",
            "enable.idempotence": True,
            "linger.ms": LINGER_MS,
            "log_level": 0,
        }
    )


def paced(
    producer: Producer,
    topic: str,
    headers: list[tuple[str, str | bytes | None]],
    what: Sequence[Sending],
    rate: float,
) -> dict[str, float]:
    """Send so many a second, each in its own time whatever became of those before; gives when each was."""
    sent, started = {}, monotonic()
    for number, one in enumerate(what):
        while (ahead := started + number / rate - monotonic()) > 0:
            producer.poll(0)
            sleep(min(ahead, 0.001))
        sent[one.subject] = monotonic()
        producer.produce(topic, one.value, one.subject.encode(), partition=one.partition, headers=headers)
    if producer.flush(30):
        raise RuntimeError("the broker did not acknowledge in time")
    return sent


def latencies(sent: dict[str, float], arrived: dict[str, float]) -> Latencies:
    """Of all that was sent."""
    took = [(arrived[subject] - at) * 1000 for subject, at in sent.items()]
    return Latencies(quantile(took, 0.5), quantile(took, 0.99))
