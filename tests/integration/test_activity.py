"""What a service's page `/activity` counts: every fact, by its type."""

from __future__ import annotations

import json
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.support.kafka import Reports, dump
from tests.support.platform import Platform, Process, platform

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
