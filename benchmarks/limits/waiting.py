"""The least that a durable step costs here: a write that reaches the disk, and a round trip to the broker."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from time import perf_counter

from confluent_kafka import Producer

from benchmarks.harness.pace import LINGER_MS, quantile

WRITES = 500
PAGE = b"\0" * 8192


def fdatasync(folder: Path) -> list[float]:
    """Milliseconds of an 8 KiB write with fdatasync, over and over at the end of a file."""
    took = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(WRITES):
            started = perf_counter()
            os.write(file.fileno(), PAGE)
            os.fdatasync(file.fileno())
            took.append((perf_counter() - started) * 1000)
    return took


def round_trip(bootstrap: str, topic: str, value: bytes) -> list[float]:
    """Milliseconds until the broker has acknowledged one record, sent at once (acks=all, no linger)."""
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all", "linger.ms": 0})
    took = []
    for _ in range(WRITES):
        started = perf_counter()
        producer.produce(topic, value)
        producer.flush(10)
        took.append((perf_counter() - started) * 1000)
    return took


def limit(folder: Path, bootstrap: str, topic: str, value: bytes) -> float:
    """Milliseconds, at the median: one durable write + the reporter's linger + one round trip."""
    return quantile(fdatasync(folder), 0.5) + LINGER_MS + quantile(round_trip(bootstrap, topic, value), 0.5)
