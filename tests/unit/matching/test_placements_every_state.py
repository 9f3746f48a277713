"""Every report about a placement in every state of its offer and of itself, and the seat in each."""

from __future__ import annotations

from typing import Any

import pytest

from jembatan.contracts.registry import REPORTS
from tests.unit.matching.placing import PAIR, PHASES, SENT, WHO, Desk, desk_in

WRONG, SAME = ["WRONG_STATE"], ["NO_CHANGE"]
OFFER = ("offer extended", "offer declined", "offer lapsed", "offer withdrawn", "offer accepted")
OVER = ["placement.ended", "usage.changed", "usage.changed"]
BACK = ["offer.withdrawn", "usage.changed", "usage.changed"]
AGAIN = ["candidate.rostered"]
REFUSED = ["placement.clearance_refused"]
NOTHING = dict.fromkeys(PHASES, WRONG)
TABLE: dict[str, dict[str, list[str]]] = {
    "contract.signed": NOTHING | {"offer accepted": ["placement.contracted"], "contracted": SAME},
    "contract.cancelled": NOTHING
    | {
        "offer accepted": BACK + AGAIN,
        "contracted": OVER + AGAIN,
        "cleared": OVER + AGAIN,
        "cancelled": SAME,
    },
    "clearance.granted": NOTHING
    | {"contracted": ["placement.clearance_granted"]}
    | dict.fromkeys(("cleared", "departed", "started", "ended", "returned"), SAME),
    "clearance.refused": NOTHING | {"contracted": REFUSED + OVER, "cleared": REFUSED + OVER, "refused": SAME},
    "departure.recorded": NOTHING
    | {
        "contracted": ["WRONG_STATE", "CLEARANCE_MISSING", "CLEARANCE_MISSING"],
        "cleared": ["placement.departed"],
        "departed": SAME,
    },
    "arrival.recorded": NOTHING | {"departed": ["placement.started"], "started": SAME},
    "employment.ended": NOTHING
    | {"contracted": OVER, "cleared": OVER, "departed": OVER, "started": OVER[:1], "ended": SAME},
    "return.recorded": NOTHING
    | {
        "cancelled": ["NEVER_DEPARTED"],
        "refused": ["NEVER_DEPARTED"],
        "ended": ["placement.returned"],
        "returned": SAME,
    },
}
LEAVING = ("candidate.withdrawn", "candidate.rejected")
HOLDS = (
    "offer extended",
    "offer accepted",
    "contracted",
    "cleared",
    "departed",
    "started",
    "ended",
    "returned",
)


def test_the_table_has_every_report_and_phase() -> None:
    made = "jembatan.contracts.matching.placement_reports"
    assert set(TABLE) == {name for name, event in REPORTS.items() if event.model.__module__ == made}
    assert all(set(row) == set(PHASES) for row in TABLE.values())


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", TABLE)
def test_a_report_in_a_phase(name: str, phase: str) -> None:
    desk = desk_in(phase)
    before = (dict(desk.world.offers), dict(desk.world.placements), desk.held)
    answer = desk.report(name, **SENT[name])
    assert answer == TABLE[name][phase]
    if answer[0].isupper():
        assert (desk.world.offers, desk.world.placements, desk.held) == before
        return
    after = (dict(desk.world.offers), dict(desk.world.placements), desk.held)
    assert desk.report(name, **SENT[name])[0] in ("NO_CHANGE", "WRONG_STATE")
    assert (desk.world.offers, desk.world.placements, desk.held) == after


@pytest.mark.parametrize("name", TABLE)
def test_an_offer_that_nobody_knows(name: str) -> None:
    for subject in ("kp2mi-r1:kp2mi-c9", "kp2mi-r1", "x"):
        assert Desk().report(name, subject, **SENT[name]) == ["UNKNOWN_SUBJECT"]


@pytest.mark.parametrize("phase", PHASES)
def test_the_seat_is_held_or_was_given_back_once(phase: str) -> None:
    desk = desk_in(phase)
    assert desk.held == int(phase in HOLDS)
    if PAIR in desk.world.placements:
        assert desk.state.seat_held is (phase in HOLDS)
    for name in SENT:
        desk.report(name, **SENT[name])
        assert desk.held in (0, 1)
    if phase not in HOLDS:
        assert desk.held == 0


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", LEAVING)
def test_a_candidate_who_leaves_in_a_phase(name: str, phase: str) -> None:
    desk = desk_in(phase)
    if phase == "cancelled":
        assert desk.world.candidates[WHO].state.phase == "rostered"
    data: dict[str, Any] = {"reason": "NOT_GENUINE"} if name == "candidate.rejected" else {}
    expected = {"offer extended": [*BACK, "round.settled"], "offer accepted": BACK}
    expected |= {"contracted": OVER, "cleared": OVER}
    held = desk.held
    assert desk.report(name, WHO, **data) == ["candidate.delisted", *expected.get(phase, [])]
    assert desk.held == (0 if phase in expected else held)
    assert desk.report(name, WHO, **data) == ["WRONG_STATE"]


def test_why_a_leaving_candidates_offer_or_placement_ended() -> None:
    for name, why in zip(LEAVING, ("CANDIDATE_WITHDRAWN", "CANDIDATE_REJECTED"), strict=True):
        data: dict[str, Any] = {"reason": "NOT_GENUINE"} if name == "candidate.rejected" else {}
        desk = desk_in("offer accepted")
        desk.report(name, WHO, **data)
        assert (desk.world.offers[PAIR].phase, desk.world.offers[PAIR].reason) == ("withdrawn", why)
        desk = desk_in("cleared")
        desk.report(name, WHO, **data)
        assert (desk.state.phase, desk.state.ended_for) == ("ended", why)
        assert why == f"CANDIDATE_{desk.world.candidates[WHO].state.delisted_for}"


def test_a_withdrawn_offer_that_nobody_answered_settles_its_round_and_is_counted() -> None:
    desk = desk_in("offer extended")
    desk.report("candidate.withdrawn", WHO)
    settled = desk.facts[-1].data
    assert settled.answers.withdrawn == 1  # type: ignore[attr-defined]
    row = desk.world.rounds["kp2mi-r1"]
    assert (row.open_offers, row.withdrawn, row.accepted) == (0, 1, 0)


def test_an_accepted_offer_that_is_withdrawn_stays_counted_as_accepted() -> None:
    desk = desk_in("offer accepted")
    desk.report("contract.cancelled", **SENT["contract.cancelled"])
    row = desk.world.rounds["kp2mi-r1"]
    assert (row.open_offers, row.withdrawn, row.accepted) == (0, 0, 1)
