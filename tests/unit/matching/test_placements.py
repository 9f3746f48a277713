"""Placements: a whole life, clearances, days, who may report, what stays private, the fresh year."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from jembatan.contracts.deciding import Decided, Refused
from jembatan.contracts.matching.candidates import WhyDelisted
from services.matching.domain.world import CandidateRow
from tests.unit.matching.made import Plain, reporter
from tests.unit.matching.placing import AT, PAIR, SENT, WHO, Desk, Year, desk_in, rostered, send


def pointers(desk: Desk) -> list[tuple[str, str]]:
    assert isinstance(desk.outcome, Refused)
    return [(one.code, one.pointer) for one in desk.outcome.reasons]


def test_a_whole_life() -> None:
    desk = desk_in("returned")
    names = [fact.type.removeprefix("placement.") for fact in desk.facts]
    assert names == [
        "contracted", "clearance_granted", "clearance_granted", "cleared", "departed", "started", "ended",
        "returned",
    ]  # fmt: skip
    state = desk.state
    assert (state.employer, state.vacancy, state.ended_for) == ("horizon", "v1", "ENDED_BY_WORKER")
    days = (state.signed_on, state.departed_on, state.arrived_on, state.ended_on, state.returned_on)
    assert [one and one.isoformat() for one in days] == [
        "2026-03-01", "2026-03-20", "2026-03-21", "2026-04-01", "2026-04-02",
    ]  # fmt: skip


def test_each_fact_carries_the_whole_state_and_what_changed() -> None:
    desk = desk_in("returned")
    changed = [fact.data.changed for fact in desk.facts]  # type: ignore[attr-defined]
    assert changed[1:] == [
        ("granted",), ("granted",), ("phase",), ("phase", "departed_on"), ("phase", "arrived_on"),
        ("phase", "ended_on", "ended_for"), ("phase", "returned_on"),
    ]  # fmt: skip
    assert {"id", "phase", "seat_held", "needed", "signed_on"} <= set(changed[0])
    assert desk.facts[-1].data.state == desk.state  # type: ignore[attr-defined]


def test_who_needs_no_clearance_is_cleared_by_the_contract() -> None:
    desk = Desk(rules=Plain(clearances_needed=frozenset()))
    assert desk.report("contract.signed", **SENT["contract.signed"]) == [
        "placement.contracted", "placement.cleared",
    ]  # fmt: skip
    assert desk.report("departure.recorded", **SENT["departure.recorded"]) == ["placement.departed"]


def test_the_last_clearance_that_is_needed_clears_in_any_order() -> None:
    for order in (("VISA", "ORIENTATION"), ("ORIENTATION", "VISA"), ("CARD", "VISA", "ORIENTATION")):
        desk = desk_in("contracted")
        *before, last = order
        for kind in before:
            assert desk.report("clearance.granted", kind=kind) == ["placement.clearance_granted"]
        assert desk.report("clearance.granted", kind=last) == [
            "placement.clearance_granted", "placement.cleared",
        ]  # fmt: skip
        assert desk.state.granted == tuple(sorted(order))


def test_a_clearance_asked_for_from_memory_holds_nobody_back_and_is_named() -> None:
    for granted, without in ((), ("CARD",)), (("CARD",), ()):
        desk = desk_in("cleared")
        for kind in granted:
            assert desk.report("clearance.granted", kind=kind) == ["placement.clearance_granted"]
        send(desk, "departure.recorded")
        assert desk.facts[-1].data.without == without  # type: ignore[attr-defined]
    desk = desk_in("contracted")
    answer = desk.report("clearance.refused", kind="CARD", reason="LOST", final=True)
    assert answer == ["placement.clearance_refused"]
    assert (desk.state.phase, desk.held) == ("contracted", 1)


@pytest.mark.parametrize("name", ["clearance.granted", "clearance.refused"])
def test_a_clearance_that_the_programme_does_not_name(name: str) -> None:
    desk = desk_in("contracted")
    desk.report(name, **SENT[name] | {"kind": "VISSA"})
    assert pointers(desk) == [("UNKNOWN_CLEARANCE", "/data/kind")]
    assert isinstance(desk.outcome, Refused)
    assert "CARD, ORIENTATION, VISA" in desk.outcome.reasons[0].detail


def test_a_refusal_that_is_not_final_may_be_followed_by_a_grant() -> None:
    desk = desk_in("contracted")
    asked: dict[str, Any] = {"kind": "VISA", "reason": "INCOMPLETE", "final": False}
    assert desk.report("clearance.refused", **asked) == ["placement.clearance_refused"]
    assert desk.report("clearance.refused", **asked) == ["NO_CHANGE"]
    assert desk.report("clearance.refused", **asked | {"reason": "LATE"}) == ["placement.clearance_refused"]
    assert (desk.state.refusals, desk.state.phase, desk.held) == (2, "contracted", 1)
    assert desk.report("clearance.granted", kind="VISA") == ["placement.clearance_granted"]
    assert desk.report("clearance.refused", **asked | {"reason": "LATE"}) == ["placement.clearance_refused"]


def test_a_clearance_that_is_taken_back_is_needed_again() -> None:
    desk = desk_in("cleared")
    desk.report("clearance.refused", kind="VISA", reason="CANCELLED", final=False)
    assert (desk.state.phase, desk.state.granted) == ("contracted", ("ORIENTATION",))
    desk.report("departure.recorded", **SENT["departure.recorded"])
    assert pointers(desk) == [("WRONG_STATE", "/subject"), ("CLEARANCE_MISSING", "/subject")]
    assert desk.report("clearance.granted", kind="VISA")[-1] == "placement.cleared"


@pytest.mark.parametrize(
    ("phase", "name", "data", "expected"),
    [
        ("offer accepted", "contract.signed", {"signed_on": "2026-04-13"}, ("DATED_AHEAD", "signed_on")),
        ("cleared", "departure.recorded", {"departed_on": "2026-04-13"}, ("DATED_AHEAD", "departed_on")),
        (
            "cleared",
            "departure.recorded",
            {"departed_on": "2026-02-28"},
            ("DATES_OUT_OF_ORDER", "departed_on"),
        ),
        ("departed", "arrival.recorded", {"arrived_on": "2026-03-19"}, ("DATES_OUT_OF_ORDER", "arrived_on")),
        ("departed", "arrival.recorded", {"arrived_on": "2026-04-13"}, ("DATED_AHEAD", "arrived_on")),
        ("started", "employment.ended", {"ended_on": "2026-03-20"}, ("DATES_OUT_OF_ORDER", "ended_on")),
        ("contracted", "employment.ended", {"ended_on": "2026-02-28"}, ("DATES_OUT_OF_ORDER", "ended_on")),
        ("departed", "employment.ended", {"how": "COMPLETED"}, ("NOT_STARTED", "how")),
        ("ended", "return.recorded", {"returned_on": "2026-03-19"}, ("DATES_OUT_OF_ORDER", "returned_on")),
    ],
)
def test_days_and_ends_that_cannot_be(
    phase: str, name: str, data: dict[str, str], expected: tuple[str, str]
) -> None:
    desk = desk_in(phase)
    desk.report(name, **SENT[name] | data)
    assert pointers(desk) == [(expected[0], f"/data/{expected[1]}")]


def test_the_day_after_is_already_somewhere_on_earth() -> None:
    desk = Desk()
    day = (AT + timedelta(days=1)).date().isoformat()
    assert desk.report("contract.signed", signed_on=day) == ["placement.contracted"]


def test_all_reasons_come_at_once() -> None:
    desk = desk_in("contracted")
    desk.report("departure.recorded", who=reporter(origins=("PH",)), departed_on="2026-01-01")
    codes = [code for code, _ in pointers(desk)]
    assert codes == [
        "NOT_YOUR_REPORT", "WRONG_STATE", "CLEARANCE_MISSING", "CLEARANCE_MISSING", "DATES_OUT_OF_ORDER",
    ]  # fmt: skip


@pytest.mark.parametrize("name", SENT)
@pytest.mark.parametrize(
    ("scope", "free"),
    [
        ({"origins": ("PH",)}, {"origins": ("ID",)}),
        ({"jurisdictions": ("CA-NS",)}, {"jurisdictions": ("CA-NB",)}),
        ({"employers": ("vitalite",)}, {"employers": ("horizon",)}),
        ({"candidates": ("other",)}, {"candidates": ("kp2mi",)}),
    ],
)
def test_nobody_reports_for_another(name: str, scope: dict[str, Any], free: dict[str, Any]) -> None:
    phases = {
        "contract.signed": "offer accepted", "departure.recorded": "cleared", "arrival.recorded": "departed",
        "return.recorded": "ended",
    }  # fmt: skip
    desk = desk_in(phases.get(name, "contracted"))
    assert desk.report(name, who=reporter(**scope), **SENT[name]) == ["NOT_YOUR_REPORT"]
    assert desk.report(name, who=reporter(**free), **SENT[name])[0].islower()


def test_a_round_whose_programme_is_not_installed() -> None:
    desk = Desk()
    desk.domain = type(desk.domain)({})
    assert desk.report("contract.signed", **SENT["contract.signed"]) == ["UNKNOWN_PROGRAMME"]
    desk = desk_in("contracted")
    desk.domain = type(desk.domain)({})
    assert desk.report("clearance.granted", kind="VISA") == ["placement.clearance_granted"]
    assert desk.report("clearance.granted", kind="CARD") == ["UNKNOWN_CLEARANCE"]


SECRETS = ("RECORD", "A heart murmur.", "HOME", "A mother is ill.", "POSITION_CUT")


def test_no_fact_carries_a_reason_or_the_kind_that_was_refused() -> None:
    for phase, name, more in (
        ("contracted", "clearance.refused", {"note": "A heart murmur.", "final": False}),
        ("contracted", "clearance.refused", {"note": "A heart murmur."}),
        ("started", "employment.ended", {"note": "A mother is ill."}),
        ("contracted", "contract.cancelled", {"note": "A mother is ill."}),
        ("offer accepted", "contract.cancelled", {}),
    ):
        desk = desk_in(phase)
        desk.report(name, **SENT[name] | more)
        assert isinstance(desk.outcome, Decided)
        text = "".join(fact.data.model_dump_json() for fact in desk.outcome.facts)
        assert not [secret for secret in SECRETS if secret in text]
        assert '"kind"' not in text


def test_the_reasons_are_kept_for_the_candidate() -> None:
    desk = desk_in("contracted")
    desk.report("clearance.refused", kind="VISA", reason="INCOMPLETE", note="Page 3.", final=False)
    desk.report("employment.ended", **SENT["employment.ended"])
    aside = desk.world.placements[PAIR].aside
    (refused,) = aside.refused
    assert (refused.kind, refused.reason, refused.note, refused.at) == ("VISA", "INCOMPLETE", "Page 3.", AT)
    assert aside.ended is not None
    assert (aside.ended.reason, aside.ended.at) == ("HOME", AT)


def test_why_a_contract_was_cancelled_before_it_was_signed_is_kept_too() -> None:
    desk = desk_in("offer accepted")
    desk.report("contract.cancelled", **SENT["contract.cancelled"] | {"note": "No ward."})
    why = desk.world.called_off[PAIR]
    assert (why.reason, why.note, why.at) == ("POSITION_CUT", "No ward.", AT)
    assert PAIR not in desk.world.placements


@pytest.mark.parametrize("phase", ["offer accepted", "contracted", "cleared"])
def test_who_is_cancelled_by_the_employer_has_a_fresh_year(phase: str) -> None:
    desk = desk_in(phase)
    send(desk, "contract.cancelled")
    state = desk.world.candidates[WHO].state
    assert state.roster is not None
    assert (state.roster.starts_at, state.roster.ends_at) == (AT, AT + timedelta(days=365))
    assert (state.phase, state.preferences) == ("rostered", ("v1",))
    assert desk.facts[-1].data.changed == ("roster",)  # type: ignore[attr-defined]


@pytest.mark.parametrize("by", ["CANDIDATE", "AUTHORITY"])
@pytest.mark.parametrize("phase", ["offer accepted", "contracted"])
def test_who_is_cancelled_by_another_is_not_rostered_anew(phase: str, by: str) -> None:
    desk = desk_in(phase)
    assert "candidate.rostered" not in desk.report("contract.cancelled", by=by, reason="OTHER_PLANS")
    found = desk.state.ended_for if phase == "contracted" else desk.world.offers[PAIR].reason
    assert (found, desk.held) == (f"CANCELLED_BY_{by}", 0)
    assert desk.report("contract.cancelled", by="EMPLOYER", reason="POSITION_CUT") == ["WRONG_STATE"]


@pytest.mark.parametrize(
    ("left", "again"),
    [(WhyDelisted.ROSTER_EXPIRED, True), (WhyDelisted.WITHDRAWN, False), (WhyDelisted.REJECTED, False)],
)
def test_whose_time_ran_out_meanwhile_is_rostered_anew_and_who_left_is_not(
    left: WhyDelisted, again: bool
) -> None:
    desk = desk_in("contracted")
    gone = rostered(phase="delisted", delisted_for=left, preferences=())
    desk.world.candidates[WHO] = CandidateRow(gone, desk.world.candidates[WHO].evidence)
    answer = desk.report("contract.cancelled", **SENT["contract.cancelled"])
    assert (answer[-1] == "candidate.rostered") is again
    state = desk.world.candidates[WHO].state
    assert (state.phase, state.delisted_for) == (("rostered", None) if again else ("delisted", left))


def test_a_roster_whose_programme_is_gone_is_as_long_as_before() -> None:
    desk = desk_in("contracted")
    desk.domain = type(desk.domain)({})
    send(desk, "contract.cancelled")
    roster = desk.world.candidates[WHO].state.roster
    assert roster is not None
    assert roster.ends_at - roster.starts_at == timedelta(days=365)


def test_folding_the_facts_alone_gives_the_same_placement() -> None:
    desk = desk_in("returned")
    other = Desk(rules=Year())
    for fact in desk.facts:
        other.domain.evolve(other.world, fact, None)  # type: ignore[arg-type]
    assert other.state == desk.state
