"""What opening asks for, and what suspends and resumes what is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jembatan.contracts.partners import PartnershipSuspended
from jembatan.contracts.reporters import Reporter
from tests.unit.partners import made
from tests.unit.partners.made import CAP, KEY, LIST, MOU, NB, ORDER, PROPOSED, Desk, day

P2P: dict[str, Any] = {
    "origin": "ID",
    "jurisdiction": "CA-NS",
    "sector": "ISIC4-A.03",
    "scheme": "P2P",
    "origin_agency": "a placement company",
    "host_agency": "Nova Scotia",
    "occupations": ["6221"],
}
NS_KEY = "ID:CA-NS:ISIC4-A.03:P2P"
P2P_SCOPE = {"origin": "ID", "jurisdiction": "CA-NS", "sector": "ISIC4-A.03", "scheme": "P2P", "number": 1}


def test_a_scheme_without_instruments_opens_with_a_cap_alone() -> None:
    desk = Desk()
    desk.report("partnership.proposed", P2P, NS_KEY)
    assert desk.report("opening.requested", {}, f"{NS_KEY}:1") == ["CAP_NOT_DECLARED"]
    desk.report("cap.set", {"scope": P2P_SCOPE, "max": None}, f"{NS_KEY}:1")
    assert desk.report("opening.requested", {}, f"{NS_KEY}:1") == ["partnership.opened"]
    state = desk.state(f"{NS_KEY}:1")
    assert state.safeguards is None
    assert state.cap is not None
    assert state.cap.max is None


@pytest.mark.parametrize(
    ("instrument", "code"),
    [
        (MOU | {"effective_on": "2025-02-01"}, "INSTRUMENT_NOT_EFFECTIVE"),
        (MOU | {"expires_on": "2024-12-31"}, "INSTRUMENT_EXPIRED"),
        (MOU | {"kind": "LOI"}, "INSTRUMENT_MISSING"),
        (MOU | {"expires_on": "2025-01-01"}, None),
        (MOU | {"effective_on": "2025-01-01"}, None),
        (MOU | {"kind": "PLACEMENT_AGREEMENT"}, None),
    ],
)
def test_the_instrument_must_be_in_effect(instrument: dict[str, Any], code: str | None) -> None:
    desk = Desk()
    made.registered(desk)
    desk.report("cap.set", CAP)
    desk.report("safeguards.published", LIST, "WHO-SSL:2023")
    desk.report("instrument.signed", instrument)
    assert desk.report("opening.requested") == ([code] if code else ["partnership.opened"])


def test_every_reason_against_opening_comes_at_once() -> None:
    desk = Desk()
    made.registered(desk)
    home = Reporter(code="ph", source="urn:ph", types=("*",), origins=("PH",))
    assert desk.report("opening.requested", by=home) == [
        "NOT_YOUR_REPORT",
        "INSTRUMENT_MISSING",
        "CAP_NOT_DECLARED",
        "SAFEGUARDS_NOT_ADOPTED",
    ]


def test_a_cap_for_another_period_does_not_count() -> None:
    desk = Desk()
    made.agreement(desk)
    desk.report("safeguards.published", LIST, "WHO-SSL:2023")
    desk.report("cap.set", CAP | {"period_start": "2025-06-01", "period_end": "2026-06-01"})
    assert desk.report("opening.requested") == ["CAP_NOT_DECLARED"]
    assert "from 2025-06-01 to before 2026-06-01" in desk.reasons()[0][2]


def test_a_listed_origin_opens_in_health_only_between_governments() -> None:
    desk = Desk()
    desk.report("safeguards.published", LIST | {"countries": ["ID"]}, "WHO-SSL:2023")
    for scheme in ("G2P", "G2G"):
        node = f"ID:CA-NB:ISIC4-Q:{scheme}"
        desk.report("partnership.proposed", PROPOSED | {"scheme": scheme}, node)
        desk.report("instrument.signed", MOU, f"{node}:1")
        scope = CAP["scope"] | {"scheme": scheme}
        desk.report("cap.set", {"scope": scope, "max": 5}, f"{node}:1")
    assert desk.report("opening.requested", {}, "ID:CA-NB:ISIC4-Q:G2P:1") == ["SAFEGUARDS_LISTED"]
    assert desk.report("opening.requested", {}, NB) == ["partnership.opened"]
    safeguards = desk.state().safeguards
    assert safeguards is not None
    assert (safeguards.list, safeguards.listed, safeguards.checked_on) == (
        "WHO-SSL:2023",
        True,
        day(0).date(),
    )


def _private(desk: Desk) -> str:
    """An open partnership in health between a government and private employers."""
    node = "ID:CA-NB:ISIC4-Q:G2P"
    desk.report("safeguards.published", LIST, "WHO-SSL:2023")
    desk.report("partnership.proposed", PROPOSED | {"scheme": "G2P"}, node)
    desk.report("instrument.signed", MOU, f"{node}:1")
    desk.report("cap.set", {"scope": CAP["scope"] | {"scheme": "G2P"}, "max": 5}, f"{node}:1")
    assert desk.report("opening.requested", {}, f"{node}:1") == ["partnership.opened"]
    return f"{node}:1"


def test_a_new_list_suspends_what_it_forbids_and_the_next_resumes_it() -> None:
    desk = Desk()
    private = _private(desk)
    made.agreement(desk)
    desk.report("cap.set", CAP)
    desk.report("opening.requested")
    listed = LIST | {"published_on": "2024-01-01", "countries": ["BD", "ID"]}
    assert desk.report("safeguards.published", listed, "WHO-SSL:2024") == [
        "safeguards.adopted",
        "partnership.changed",
        "partnership.suspended",
    ]
    assert (desk.state().phase, desk.state(private).phase) == ("open", "suspended")
    assert desk.state(private).suspended_for == "SAFEGUARDS_LISTED"
    assert desk.report("suspension.lifted", {}, private) == ["WRONG_STATE"]
    later = LIST | {"published_on": "2025-01-01"}
    assert desk.report("safeguards.published", later, "WHO-SSL:2025")[-1] == "partnership.resumed"
    assert desk.state(private).phase == "open"


def test_an_older_list_or_one_of_the_future_is_refused() -> None:
    desk = Desk()
    desk.report("safeguards.published", LIST, "WHO-SSL:2023")
    assert desk.report("safeguards.published", LIST, "WHO-SSL:2023") == ["NO_CHANGE"]
    old = LIST | {"published_on": "2020-02-01"}
    assert desk.report("safeguards.published", old, "WHO-SSL:2020") == ["LIST_OUTDATED"]
    bad = {"published_on": "2025-01-03", "countries": ["BD", "XX", "ID", "ZZ"]}
    assert desk.report("safeguards.published", bad, "WHO-SSL:2025") == [
        "UNKNOWN_CODE",
        "UNKNOWN_CODE",
        "PUBLISHED_IN_FUTURE",
    ]
    assert [pointer for _, pointer, _ in desk.reasons()][:2] == ["/data/countries/1", "/data/countries/3"]
    right = LIST | {"countries": ["BD"]}
    assert desk.report("safeguards.published", right, "WHO-SSL:2023") == ["safeguards.adopted"]


def test_an_instrument_ends_at_the_end_of_its_day() -> None:
    desk = Desk()
    made.ready(desk)
    desk.report("instrument.signed", MOU | {"expires_on": "2025-01-09"})
    desk.report("opening.requested")
    assert desk.due() == (day(9), "partnership.instrument_ends", NB)
    assert desk.until(day(9)) == []
    assert desk.until(day(9) + timedelta(microseconds=1)) == ["partnership.suspended"]
    assert (desk.state().suspended_for, desk.due()) == ("INSTRUMENT_EXPIRED", None)


def test_an_instrument_may_end_on_the_last_day_that_there_is() -> None:
    desk = Desk()
    made.ready(desk)
    signed = desk.report("instrument.signed", MOU | {"expires_on": "9999-12-31"})
    assert signed == ["partnership.instrument_signed"]
    assert desk.report("opening.requested") == ["partnership.opened"]
    due = desk.due()
    assert due is not None
    # The last instant of all means infinity to PostgreSQL's driver, which gives it back without an offset.
    assert due[0] < datetime.max.replace(tzinfo=UTC)


def test_the_next_instrument_takes_over_without_a_gap() -> None:
    desk = Desk()
    made.ready(desk)
    desk.report("instrument.signed", MOU | {"expires_on": "2025-01-09"})
    desk.report(
        "instrument.signed", MOU | {"ref": "next", "effective_on": "2025-01-10", "expires_on": "2025-02-09"}
    )
    desk.report("opening.requested")
    assert desk.due() == (day(40), "partnership.instrument_ends", NB)
    assert desk.until(day(40)) == []
    assert desk.until(day(60)) == ["partnership.suspended"]


def test_a_later_instrument_resumes_when_it_takes_effect() -> None:
    desk = Desk()
    made.expired(desk)
    later = MOU | {"ref": "later", "effective_on": "2025-02-01"}
    assert desk.report("instrument.signed", later) == ["partnership.instrument_signed"]
    assert desk.state().phase == "suspended"
    assert desk.until(day(60)) == ["partnership.resumed"]


def test_an_instrument_put_right_can_end_what_it_carried() -> None:
    desk = Desk()
    made.opened(desk)
    shorter = MOU | {"expires_on": "2024-12-31"}
    assert desk.report("instrument.signed", shorter) == [
        "partnership.instrument_signed",
        "partnership.suspended",
    ]
    assert desk.report("instrument.signed", MOU) == ["partnership.instrument_signed", "partnership.resumed"]


def test_lifting_the_order_leaves_other_grounds() -> None:
    desk = Desk()
    made.expired(desk)
    assert desk.report("suspension.ordered", ORDER) == ["partnership.suspended"]
    fact = desk.outcome.facts[0].data  # type: ignore[union-attr]
    assert isinstance(fact, PartnershipSuspended)
    assert [one.kind for one in desk.state().grounds] == ["ORDER", "INSTRUMENT"]
    assert desk.report("suspension.ordered", ORDER) == ["NO_CHANGE"]
    assert desk.report("suspension.lifted") == ["partnership.changed"]
    assert (desk.state().phase, desk.state().suspended_for) == ("suspended", "INSTRUMENT_EXPIRED")
    assert desk.report("suspension.lifted") == ["WRONG_STATE"]
    assert "INSTRUMENT_EXPIRED" in desk.reasons()[0][2]


def test_an_instrument_that_comes_back_under_an_order_does_not_resume() -> None:
    desk = Desk()
    made.expired(desk)
    desk.report("suspension.ordered", ORDER)
    assert desk.report("instrument.signed", MOU) == ["partnership.instrument_signed", "partnership.changed"]
    assert desk.report("suspension.lifted") == ["partnership.resumed"]


def test_an_expiry_under_an_order_is_one_more_ground() -> None:
    desk = Desk()
    made.opened(desk)
    desk.report("instrument.signed", MOU | {"expires_on": "2025-01-09"})
    desk.report("suspension.ordered", ORDER)
    assert desk.until(day(10)) == ["partnership.suspended"]
    assert [one.kind for one in desk.state().grounds] == ["ORDER", "INSTRUMENT"]


def test_it_lapses_on_its_day_if_it_was_never_opened() -> None:
    desk = Desk()
    desk.report("partnership.proposed", PROPOSED | {"lapses_on": "2025-01-11"}, KEY)
    assert desk.report("instrument.signed", MOU, at=day(10)) == ["partnership.instrument_signed"]
    late = day(10) + timedelta(seconds=1)
    assert desk.report("instrument.signed", MOU | {"ref": "late"}, at=late) == ["WRONG_STATE"]
    assert desk.until(late) == ["partnership.lapsed"]
    assert desk.report("partnership.proposed", PROPOSED, KEY) == ["partnership.registered"]
    assert desk.state(f"{KEY}:2").number == 2


def test_what_was_opened_does_not_lapse() -> None:
    desk = Desk()
    made.ready(desk)
    desk.report("partnership.amended", {"lapses_on": "2025-01-11"})
    desk.report("opening.requested")
    assert desk.due() is None
    assert desk.deadline("partnership.lapses_on", NB, day(10)) == []
    assert desk.report("partnership.amended", {"lapses_on": "2025-03-01"}) == ["WRONG_STATE"]


def test_the_day_of_lapsing_can_be_put_off_and_the_old_deadline_finds_nothing() -> None:
    desk = Desk()
    desk.report("partnership.proposed", PROPOSED | {"lapses_on": "2025-01-11"}, KEY)
    desk.report("partnership.amended", {"lapses_on": "2025-01-21"})
    assert desk.deadline("partnership.lapses_on", NB, day(10)) == []
    assert desk.due() == (day(20), "partnership.lapses_on", NB)


def test_deadlines_of_nobody_change_nothing() -> None:
    desk = Desk()
    assert desk.deadline("partnership.lapses_on", NB, day(1)) == []
    assert desk.deadline("cap.period_ends", NB, day(1)) == []


def test_a_report_read_late_leaves_no_deadline_that_comes_for_ever() -> None:
    """Seen from the report's own time the instrument still ends later, yet it has ended already."""
    desk = Desk()
    made.expired(desk)
    assert desk.report("partnership.amended", {"host_agency": "another"}, at=day(5)) == [
        "partnership.changed"
    ]
    assert desk.due() == (day(9), "partnership.instrument_ends", NB)
    assert desk.until(day(20)) == []
    assert desk.due() is None
