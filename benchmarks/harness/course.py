"""Watching a topic's end: when the first record came, when the last, and how many between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic, sleep

from confluent_kafka import Consumer, TopicPartition

from benchmarks.harness.usage import Meter, between, nothing

EVERY = 0.02


@dataclass(frozen=True, slots=True)
class Course:
    """`count` records came in `seconds`, after those that were there when the first was seen.

    `used` is what the meter has counted meanwhile.
    """

    count: int
    seconds: float
    whole: bool = True
    used: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.count / self.seconds


class End:
    """How many records lie in a topic."""

    def __init__(self, bootstrap: str, topic: str, partitions: int) -> None:
        self._consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "bench-end", "log_level": 0})
        self._places = [TopicPartition(topic, number) for number in range(partitions)]

    def count(self) -> int:
        return sum(self._consumer.get_watermark_offsets(place, timeout=10)[1] for place in self._places)

    def close(self) -> None:
        self._consumer.close()


class Idle(RuntimeError):
    """Nothing came at all."""


def watch(
    end: End,
    wanted: int,
    longest: float,
    alive: Callable[[], None],
    measured: Meter = nothing,
    patience: float = 60.0,
) -> Course:
    """Wait until `wanted` records lie there, or `longest` seconds since the first are over.

    `alive` raises if the contestant has ended; `patience` is how long nothing may come. What came
    with the first look counts for nothing, nor does the time until then: so no start of a process is in any
    figure.
    """
    began = monotonic()
    while not end.count():
        alive()
        if monotonic() - began > patience:
            raise Idle(f"nothing within {patience:.0f} s")
        sleep(EVERY)
    used = measured()
    now = first = end.count()
    started = moved = ended = monotonic()
    while now < wanted and ended - started < longest:
        alive()
        sleep(EVERY)
        before, now, ended = now, end.count(), monotonic()
        moved = ended if now > before else moved
        if ended - moved > patience:
            raise Idle(f"{now} of {wanted} came, and nothing more within {patience:.0f} s")
    return Course(now - first, ended - started, now >= wanted, between(used, measured()))
