"""Every report, partnership's fact and deadline in every state of a vacancy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jembatan.contracts.registry import REPORTS
from tests.unit.vacancies import made
from tests.unit.vacancies.made import EMPLOYER, MISSION, SUBMITTED, Desk, day

STATES: dict[str, Callable[[Desk], None]] = {
    "none": lambda desk: None,
    "pending": made.pending,
    "posted": made.posted,
    "suspended": made.suspended,
    "closed": made.closed,
    "rejected": made.rejected,
    "withdrawn": made.withdrawn,
    "expired": made.expired,
    "filled": made.filled,
}
SENT: dict[str, tuple[dict[str, Any], Any]] = {
    "job_order.submitted": (SUBMITTED, EMPLOYER),
    "job_order.verified": ({}, MISSION),
    "job_order.rejected": ({"reason": "NO_SUCH_EMPLOYER"}, MISSION),
    "job_order.amended": ({"openings": 4}, EMPLOYER),
    "job_order.withdrawn": ({"reason": "CUT"}, EMPLOYER),
}
PENDING, KNOWN = ["vacancy.pending"], ["ALREADY_SUBMITTED"]
VERIFIED, REJECTED = ["vacancy.verified"], ["vacancy.rejected"]
CHANGED, WITHDRAWN = ["vacancy.changed"], ["vacancy.withdrawn"]
UNKNOWN, WRONG = ["UNKNOWN_SUBJECT"], ["WRONG_STATE"]
ENDED = dict.fromkeys(("closed", "rejected", "withdrawn", "expired", "filled"), WRONG)
ONCE = {"none": UNKNOWN, "posted": WRONG, "suspended": WRONG, **ENDED}
TABLE: dict[str, dict[str, list[str]]] = {
    "job_order.submitted": dict.fromkeys(STATES, KNOWN) | {"none": PENDING},
    "job_order.verified": ONCE | {"pending": VERIFIED},
    "job_order.rejected": ONCE | {"pending": REJECTED},
    "job_order.amended": {
        "none": UNKNOWN, "pending": CHANGED, "posted": CHANGED, "suspended": CHANGED, **ENDED,
    },
    "job_order.withdrawn": {
        "none": UNKNOWN, "pending": WITHDRAWN, "posted": WITHDRAWN, "suspended": WITHDRAWN, **ENDED,
    },
}  # fmt: skip
CASES = [(name, state) for name in TABLE for state in STATES]


@pytest.mark.parametrize(("name", "state"), CASES)
def test_a_report_in_a_state(name: str, state: str) -> None:
    desk = Desk()
    STATES[state](desk)
    before = dict(desk.world.vacancies)
    data, reporter = SENT[name]
    answer = desk.report(name, data, by=reporter)
    assert answer == TABLE[name][state]
    if answer[0].isupper():
        assert desk.world.vacancies == before
        return
    after = dict(desk.world.vacancies)
    assert desk.report(name, data, by=reporter)[0] in ("NO_CHANGE", "WRONG_STATE", "ALREADY_SUBMITTED")
    assert desk.world.vacancies == after


def test_the_table_has_every_report_and_state() -> None:
    assert set(TABLE) == {name for name, event in REPORTS.items() if event.service == "vacancies"}
    assert all(set(row) == set(STATES) for row in TABLE.values())


@pytest.mark.parametrize(
    ("state", "opens", "suspends", "ends", "deadline"),
    [
        ("none", [], [], [], []),
        ("pending", ["vacancy.posted"], [], ["vacancy.rejected"], ["vacancy.expired"]),
        ("posted", [], ["vacancy.suspended"], ["vacancy.closed"], ["vacancy.closed"]),
        ("suspended", ["vacancy.resumed"], [], ["vacancy.closed"], ["vacancy.closed"]),
        ("closed", [], [], [], []),
        ("rejected", [], [], [], []),
        ("withdrawn", [], [], [], []),
        ("expired", [], [], [], []),
        ("filled", [], [], [], []),
    ],
)
def test_what_comes_by_itself(
    state: str, opens: list[str], suspends: list[str], ends: list[str], deadline: list[str]
) -> None:
    for act, expected in (
        (Desk.opens, opens),
        (Desk.suspends, suspends),
        (Desk.ends, ends),
        (lambda desk: desk.deadline(day(10)), deadline),
    ):
        desk = Desk()
        STATES[state](desk)
        assert act(desk) == expected
        assert act(desk) == []


def test_after_its_day_only_the_deadline_ends_it() -> None:
    late = day(11)
    for state, expected in (("pending", "expired"), ("posted", "closed"), ("suspended", "closed")):
        desk = Desk()
        STATES[state](desk)
        desk.at = late
        assert desk.report("job_order.amended", {"closes_on": "2026-01-01T00:00:00Z"}) == ["WRONG_STATE"]
        assert desk.report("job_order.withdrawn", {"reason": "CUT"}) == ["WRONG_STATE"]
        assert desk.opens() == []
        assert desk.suspends() == []
        assert desk.ends() == []
        assert desk.deadline(day(10)) == [f"vacancy.{expected}"]
        assert desk.state().phase == expected


def test_the_very_instant_is_in_time() -> None:
    desk = Desk()
    made.pending(desk)
    assert desk.report("job_order.amended", {"openings": 9}, at=day(10)) == ["vacancy.changed"]
    assert desk.opens(at=day(10)) == ["vacancy.posted"]
    assert desk.deadline(day(10)) == ["vacancy.closed"]
    assert (desk.last().because, desk.state().outcome) == ("CLOSES_ON", "UNFILLED")


def test_a_deadline_that_was_put_off_finds_nothing() -> None:
    desk = Desk()
    made.posted(desk)
    desk.report("job_order.amended", {"closes_on": "2025-02-01T00:00:00Z"})
    assert desk.deadline(day(10)) == []
    assert desk.deadline(day(10), "nobody-1") == []
    assert desk.deadline(day(31)) == ["vacancy.closed"]


@pytest.mark.parametrize(("filled", "outcome"), [(0, "UNFILLED"), (2, "PARTLY_FILLED"), (3, "FILLED")])
def test_the_outcome_counts_who_started(filled: int, outcome: str) -> None:
    desk = Desk()
    made.posted(desk)
    desk.world.add(desk.state().model_copy(update={"filled": filled}))
    desk.ends()
    assert (desk.last().because, desk.state().outcome) == ("PARTNERSHIP_ENDED", outcome)
    if filled:
        desk = Desk()
        made.posted(desk)
        desk.world.add(desk.state().model_copy(update={"filled": filled}))
        assert desk.report("job_order.amended", {"openings": 1}) == ["V_OPENINGS_BELOW_FILLED"]
