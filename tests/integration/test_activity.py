"""What a service's page `/activity` counts: every fact, by its type. No stranger's record ends a service."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count, islice

import pytest

from jembatan.engine import wire
from jembatan.engine.wire import Outgoing
from tests.faults.load import Report, partnerships
from tests.support import wires
from tests.support.kafka import Reports, dump, in_a_transaction
from tests.support.platform import Platform, Process, platform, query

pytestmark = pytest.mark.kafka
SOURCE = "urn:jembatan:reporter:test"
SENT = 40
WITHIN = 30.0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform(tmp_path_factory.mktemp("activity")) as whole:
        yield whole


def counted(process: Process) -> dict[str, int]:
    with urllib.request.urlopen(f"http://127.0.0.1:{process.port}/activity", timeout=2) as page:
        return dict(json.load(page)["latest"])


def published(running: Platform) -> dict[str, int]:
    return Counter(fact.event["type"] for fact in dump(running.kafka, ["partners.facts"]))


def test_every_fact_is_counted_by_type(running: Platform) -> None:
    (process,) = running.start("partners")
    running.await_ready(process)
    if time.time() % 60 > 40:  # All within one window of a minute.
        time.sleep(60 - time.time() % 60)
    reports = Reports(running.kafka, SOURCE)
    for number in range(SENT):
        data = {"published_on": f"2024-{number // 28 + 1:02}-{number % 28 + 1:02}", "countries": ["AF"]}
        reports.send("safeguards.published", "who-sspl", data, service="partners")
    reports.flush()
    deadline = time.monotonic() + WITHIN
    while sum((told := published(running)).values()) < SENT or counted(process) != told:
        assert time.monotonic() < deadline, (counted(process), told)
        time.sleep(0.5)
    assert process.stop() == 0


LANES = """
SELECT h.partition, h.head, m.acknowledged
FROM partners.lane_head AS h JOIN partners.lane_mark AS m USING (topic, partition)
WHERE h.topic = 'partners.facts'
"""
EACH = 40
NAMELESS, MARKED = 2, 1
"""Lanes in which a stranger writes: under a header whose name is no text, and in a transaction."""


def test_a_strangers_record_halts_its_lane_alone(running: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    (process,) = running.start("partners")
    running.await_ready(process)
    reports = partnerships(count())
    asyncio.run(_misnamed(running.kafka, monkeypatch))
    in_a_transaction(running.kafka, "partners.facts", b"{}", key=b"key", partition=MARKED)
    _halts(running, process, islice(reports, EACH))
    assert process.stop() == 0
    # So it does from its start, too: what lies at the lanes' ends is read before anything is decided.
    (process,) = running.start("partners")
    _halts(running, process, islice(reports, EACH))
    assert process.stop() == 0


async def _misnamed(kafka: str, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = wire.Wire(kafka, 10.0)
    await writer.start()
    with monkeypatch.context() as patched:
        patched.setattr(wire, "batch", wires.misnamed)
        record = Outgoing(b"key", b"{}", -1, ((wires.MISNAMED, b"1"),))
        await writer.produce("partners.facts", NAMELESS, [record])
    await writer.stop()


def _halts(running: Platform, process: Process, reports: Iterable[Report]) -> None:
    """Facts of the other lanes are published; of these two it is told that a stranger wrote there."""
    before, sender = _decided(running), Reports(running.kafka, SOURCE)
    for service, name, subject, data in reports:
        sender.send(name, subject, data, service=service)
    sender.flush()
    deadline = time.monotonic() + 60
    while not (
        _decided(running) == before + EACH
        and _published(running) >= set(range(running.partitions)) - {NAMELESS, MARKED}
        and standing(process) == {f"publish {NAMELESS}", f"publish {MARKED}"}
    ):
        assert process.running and time.monotonic() < deadline, (standing(process), process.log)
        time.sleep(0.5)


def _decided(running: Platform) -> int:
    return sum(row["head"] for row in query(running.postgres, LANES))


def _published(running: Platform) -> set[int]:
    """Lanes that have facts, all of them published."""
    return {r["partition"] for r in query(running.postgres, LANES) if 0 < r["head"] == r["acknowledged"]}


def standing(process: Process) -> set[str]:
    """What stands, as `/readyz` says, if it is a stranger's doing."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{process.port}/readyz", timeout=5).close()
    except urllib.error.HTTPError as unready:
        told = json.load(unready)["standing"]
        return {what for what, why in told.items() if "stranger" in why}
    except OSError:
        pass
    return set()
