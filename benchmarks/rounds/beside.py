"""Other work beside the round: reports of candidates, and how long each waits for its fact."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from time import time
from typing import Any, Self

from confluent_kafka import Consumer, TopicPartition

from jembatan.contracts import events  # noqa: F401  (declares them)
from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import REPORTS
from tests.support.kafka import Reports

SOURCE = "urn:jembatan:reporter:test"
PREFIX = "test-x"
EACH_SECOND = 20


class Beside:
    """Reports in a thread of its own, from `with` until its end."""

    def __init__(self, kafka: str) -> None:
        self._reports = Reports(kafka, SOURCE)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.sent: dict[str, float] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._reports.flush()

    def _run(self) -> None:
        data = example_data(REPORTS["candidate.registered"])
        while not self._stop.wait(1 / EACH_SECOND):
            subject = f"{PREFIX}{len(self.sent)}"
            self.sent[subject] = time()
            self._reports.send("candidate.registered", subject, data, service="matching")


@dataclass(frozen=True, slots=True)
class Read:
    """What lies in the topics: when the facts about those beside came, the largest record, how many facts."""

    came: dict[str, float]
    largest: int
    facts: dict[str, int]


def read(kafka: str) -> Read:
    """Both topics of facts from their beginnings, a record at a time."""
    consumer = Consumer({"bootstrap.servers": kafka, "group.id": "bench-rounds", "enable.auto.commit": False})
    try:
        return _read(consumer)
    finally:
        consumer.close()


def _read(consumer: Consumer) -> Read:
    ends: dict[tuple[str, int], int] = {}
    known = consumer.list_topics(timeout=10).topics
    for topic in ("matching.facts", "matching.public"):
        for partition in known[topic].partitions:
            _, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
            if high:
                ends[topic, partition] = high
    consumer.assign([TopicPartition(topic, partition, 0) for topic, partition in ends])
    found = Read({}, 0, {})
    largest = 0
    while ends:
        records: list[Any] = consumer.consume(1000, timeout=1.0)
        for record in records:
            largest = max(largest, len(record.value() or b""))
            _take(found, record)
            if record.offset() + 1 >= ends.get((record.topic(), record.partition()), 0):
                ends.pop((record.topic(), record.partition()), None)
    return Read(found.came, largest, found.facts)


def _take(found: Read, record: Any) -> None:  # noqa: ANN401
    event = json.loads(record.value())
    name = event["type"].split(".fact.")[1].removesuffix(".v1")
    found.facts[name] = found.facts.get(name, 0) + 1
    if event["subject"].startswith(PREFIX):
        found.came[event["subject"]] = record.timestamp()[1] / 1000
