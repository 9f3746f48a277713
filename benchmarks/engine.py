"""How many reports a second become facts: sent, decided, published and acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from time import monotonic, sleep

from jembatan.contracts import events  # noqa: F401  (declares them)
from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import REPORTS
from jembatan.contracts.writing import encode_report
from jembatan.engine.lanes import lane_of
from tests.support.kafka import Reports
from tests.support.platform import Platform, Process, query

SOURCE = "urn:jembatan:reporter:test"
NUMBERS = count()
LONGEST = 300.0
PUBLISHED = """
SELECT coalesce(sum(acknowledged), 0)::bigint AS n, coalesce(sum(head), 0)::bigint AS decided
FROM matching.lane_mark JOIN matching.lane_head USING (topic, partition) WHERE topic = 'matching.facts'
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """How many processes of the service, and whether each report lies outside its subject's partition."""

    workers: int
    foreign: bool

    def __str__(self) -> str:
        keys = "foreign" if self.foreign else "own"
        return f"{self.workers} worker{'s' if self.workers > 1 else ''}, {keys} keys"


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: reports a second from the first sent to the last acknowledged fact."""

    setting: Setting
    rate: float


def measure(running: Platform, setting: Setting, number: int) -> Measured:
    """One run of a setting; fails if not exactly one fact came of each report."""
    _workers(running, setting.workers)
    before = _published(running)
    started = monotonic()
    _send(running, setting, number)
    while (now := _published(running)) < before + number:
        if monotonic() - started > LONGEST:
            raise RuntimeError(f"{setting}: {now - before} of {number} facts after {LONGEST} s")
        sleep(0.02)
    took = monotonic() - started
    if now != before + number:
        raise RuntimeError(f"{setting}: {now - before} facts of {number} reports")
    return Measured(setting, number / took)


def _workers(running: Platform, wanted: int) -> None:
    there = running.running("matching")
    surplus: list[Process] = there[wanted:]
    for process in surplus:
        process.stop()
    if len(there) < wanted:
        running.start(*["matching"] * (wanted - len(there)), JEMBATAN_LOG_LEVEL="WARNING")
    running.await_ready(*running.running("matching"))
    sleep(2.0)


def _published(running: Platform) -> int:
    return int(query(running.postgres, PUBLISHED)[0]["n"])


def _send(running: Platform, setting: Setting, number: int) -> None:
    reports = Reports(running.kafka, SOURCE)
    data = example_data(REPORTS["candidate.registered"])
    for _ in range(number):
        subject = f"test-b{next(NUMBERS)}"
        encoded = encode_report("candidate.registered", subject, SOURCE, f"id-{subject}", data)
        lane = lane_of(subject, running.partitions)
        partition = (lane + 1) % running.partitions if setting.foreign else lane
        reports.raw("matching.reports", encoded.value, list(encoded.headers), partition=partition)
    reports.flush()
