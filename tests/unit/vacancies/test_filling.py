"""Openings are filled by who starts work: in every state, to the last one, and also by fewer openings."""

from __future__ import annotations

import pytest

from tests.unit.vacancies import made
from tests.unit.vacancies.made import ID, SUBMITTED, VERIFIED, Desk, day
from tests.unit.vacancies.test_every_state import STATES

OPENINGS = SUBMITTED["openings"]
CHANGED, FILLED = ["vacancy.changed"], ["vacancy.filled"]
OTHERS = (
    "contracted", "clearance_granted", "clearance_refused", "cleared", "departed", "ended", "returned",
)  # fmt: skip


@pytest.mark.parametrize(
    ("state", "last", "phase", "outcome"),
    [
        ("pending", FILLED, "filled", "FILLED"),
        ("posted", FILLED, "filled", "FILLED"),
        ("suspended", FILLED, "filled", "FILLED"),
        ("closed", FILLED, "filled", "FILLED"),
        ("expired", FILLED, "filled", "FILLED"),
        ("withdrawn", CHANGED, "withdrawn", None),
        ("rejected", CHANGED, "rejected", None),
        ("filled", CHANGED, "filled", "FILLED"),
    ],
)
def test_starts_of_work_in_a_state(state: str, last: list[str], phase: str, outcome: str | None) -> None:
    desk = Desk()
    STATES[state](desk)
    before = desk.state()
    for number in range(1, OPENINGS):
        assert desk.starts() == CHANGED
        assert (desk.state().filled, desk.state().phase) == (before.filled + number, before.phase)
    assert desk.starts() == last
    after = desk.state()
    assert (after.phase, after.outcome, after.waits_for) == (
        phase,
        outcome,
        before.waits_for if last == CHANGED else (),
    )


def test_every_state_is_in_the_table_above() -> None:
    assert set(STATES) - {"none"} == {
        "pending", "posted", "suspended", "closed", "expired", "withdrawn", "rejected", "filled",
    }  # fmt: skip


def test_a_closed_one_is_partly_filled_until_the_last_starts() -> None:
    desk = Desk()
    made.closed(desk)
    outcomes = []
    for _ in range(OPENINGS):
        desk.starts()
        outcomes.append(desk.state().outcome)
    assert outcomes == ["PARTLY_FILLED", "PARTLY_FILLED", "FILLED"]
    assert desk.last().changed == ("filled", "phase", "outcome")


@pytest.mark.parametrize("name", OTHERS)
def test_nothing_else_of_a_placement_says_anything(name: str) -> None:
    desk = Desk()
    made.posted(desk)
    before = desk.state()
    assert desk.placement(f"placement.{name}") == []
    assert desk.state() == before


def test_a_vacancy_that_nobody_knows() -> None:
    assert Desk().placement("placement.started", "vitalite-9") == []


def test_fewer_openings_may_fill_it() -> None:
    desk = Desk()
    made.posted(desk)
    desk.starts(2)
    assert desk.report("job_order.amended", {"openings": 2}) == ["vacancy.changed", "vacancy.filled"]
    assert (desk.state().phase, desk.state().openings, desk.state().filled) == ("filled", 2, 2)
    assert desk.last().changed == ("phase", "outcome")
    assert desk.report("job_order.amended", {"openings": 4}) == ["WRONG_STATE"]


def test_fewer_openings_fill_it_also_where_it_would_wait_for_verification() -> None:
    desk = Desk()
    made.posted(desk)
    desk.starts(2)
    desk.rules = VERIFIED
    assert desk.report("job_order.amended", {"openings": 2}) == ["vacancy.pending", "vacancy.filled"]
    assert (desk.state().phase, desk.state().waits_for) == ("filled", ())


def test_nothing_ends_a_filled_one_again() -> None:
    desk = Desk()
    made.filled(desk)
    state = desk.state(ID)
    assert desk.suspends() == desk.ends() == desk.deadline(day(10)) == []
    assert desk.state() == state
