"""Status: when all is well, what is told when it is not."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from cli.status import lag, well
from cli.status_found import Process, ServiceStatus, Status
from cli.status_show import as_object, problems, row, told
from cli.status_tables import Tables

TABLES = Tables(
    positions={("partners.reports", 0): 7, ("partners.reports", 1): 9},
    watermark=datetime(2025, 6, 3, tzinfo=UTC),
    backlog=0,
    halted={},
    cluster="c1",
    jobs=2,
)
SERVICE = ServiceStatus("partners", (17,), (Process("partners", True, (0, 1)),), TABLES, 0)
WELL = Status("k:9092", "c1", "broker", (SERVICE,))


def changed(**changes: object) -> Status:
    return dataclasses.replace(WELL, services=(dataclasses.replace(SERVICE, **changes),))  # type: ignore[arg-type]


def test_all_is_well_when_each_is_ready_and_publishes() -> None:
    assert WELL.is_well and problems(WELL) == []


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (
            changed(tables=dataclasses.replace(TABLES, halted={3: "TOPIC_AHEAD: why"})),
            "lane 3: TOPIC_AHEAD: why. Run `jembatan doctor`",
        ),
        (changed(tables="not migrated yet"), "not migrated yet"),
        (changed(processes=(Process("partners-2", False),)), "partners-2 is not ready"),
        (changed(workers=0), "partners: it has no worker"),
    ],
)
def test_what_is_not_well_is_told(status: Status, word: str) -> None:
    assert not status.is_well
    assert word in problems(status)[0]
    assert as_object(status)["well"] is False


def test_a_service_that_is_not_to_run_here_is_not_missed() -> None:
    assert changed(workers=0, is_expected=False).is_well


def test_lanes_halted_for_one_reason_are_told_together() -> None:
    halted = dict.fromkeys((0, 1, 5), "OTHER_CLUSTER: why")
    [said] = problems(changed(tables=dataclasses.replace(TABLES, halted=halted)))
    assert "in lane 0, 1, 5: OTHER_CLUSTER: why. " in said


async def test_it_waits_until_all_is_well_and_no_longer_than_told() -> None:
    looks = iter([changed(workers=0), WELL])

    async def look() -> Status:
        return next(looks)

    assert await well(look, 30) is WELL

    async def never() -> Status:
        return changed(workers=0)

    assert not (await well(never, 0)).is_well


def test_a_server_that_does_not_answer_is_not_well() -> None:
    assert not dataclasses.replace(WELL, faults=("Kafka does not answer.",)).is_well


def test_lag_counts_what_lies_beyond_the_positions() -> None:
    assert lag(TABLES, {("partners.reports", 0): 10, ("partners.reports", 1): 9}) == 3
    assert lag(TABLES, {}) == 0
    assert lag(TABLES, {("partners.reports", 0): 1}) == 0


def test_what_is_not_known_is_a_dash() -> None:
    assert row(ServiceStatus("partners", (), (), None, None)) == ("-",) * 8


def test_the_table_has_every_service(capsys: pytest.CaptureFixture[str]) -> None:
    told(dataclasses.replace(WELL, time="simulated", faults=("Oh.",)), as_json=False)
    out = capsys.readouterr().out
    assert "partners" in out and "17" in out and "2025-06-03 00:00:00Z" in out
    assert "simulated: this platform is for examples" in out and "! Oh." in out


def test_json_has_what_the_table_has(capsys: pytest.CaptureFixture[str]) -> None:
    told(WELL, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["time"], found["cluster"], found["well"]) == ("broker", "c1", True)
    assert found["services"]["partners"]["watermark"] == "2025-06-03T00:00:00+00:00"
    assert found["services"]["partners"]["processes"] == [
        {"name": "partners", "ready": True, "partitions": [0, 1]}
    ]
