"""Every report in every state of a partnership: what it leads to, or why it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jembatan.contracts.registry import REPORTS
from tests.unit.partners import made
from tests.unit.partners.made import CAP, KEY, LIST, LOI, MOU, NB, ORDER, PROPOSED, Desk

STATES: dict[str, Callable[[Desk], None]] = {
    "none": lambda desk: None,
    "registered": made.registered,
    "letter": made.letter,
    "agreement": made.agreement,
    "ready": made.ready,
    "open": made.opened,
    "suspended": made.suspended,
    "expired": made.expired,
    "closed": made.closed,
    "lapsed": made.lapsed,
}
EPA = MOU | {"kind": "EPA", "ref": "epa"}
LISTED = LIST | {"published_on": "2024-01-01", "countries": ["ID"]}
SENT: dict[str, tuple[dict[str, Any], str]] = {
    "partnership.proposed": (PROPOSED, KEY),
    "partnership.amended": ({"origin_agency": "KP2MI"}, NB),
    "instrument.signed": (EPA, NB),
    "opening.requested": ({}, NB),
    "cap.set": (CAP | {"max": 7}, NB),
    "suspension.ordered": (ORDER | {"reason": "EPIDEMIC"}, NB),
    "suspension.lifted": ({}, NB),
    "closure.ordered": ({"reason": "ENDED"}, NB),
    "safeguards.published": (LISTED, "WHO-SSL:2024"),
}
CHANGED, REGISTERED = ["partnership.changed"], ["partnership.registered"]
SIGNED, OPENED = ["partnership.instrument_signed"], ["partnership.opened"]
SUSPENDED, RESUMED, CLOSED = ["partnership.suspended"], ["partnership.resumed"], ["partnership.closed"]
CAPPED, ADOPTED = ["cap.changed", "partnership.changed"], ["safeguards.adopted"]
KNOWN, UNKNOWN, WRONG = ["ALREADY_REGISTERED"], ["UNKNOWN_SUBJECT"], ["WRONG_STATE"]
NO_CAP = ["CAP_NOT_DECLARED", "SAFEGUARDS_NOT_ADOPTED"]

TABLE: dict[str, dict[str, list[str]]] = {
    "partnership.proposed": {
        "none": REGISTERED, "registered": KNOWN, "letter": KNOWN, "agreement": KNOWN, "ready": KNOWN,
        "open": KNOWN, "suspended": KNOWN, "expired": KNOWN, "closed": REGISTERED, "lapsed": REGISTERED,
    },
    "partnership.amended": {
        "none": UNKNOWN, "registered": CHANGED, "letter": CHANGED, "agreement": CHANGED, "ready": CHANGED,
        "open": CHANGED, "suspended": CHANGED, "expired": CHANGED, "closed": WRONG, "lapsed": WRONG,
    },
    "instrument.signed": {
        "none": UNKNOWN, "registered": SIGNED, "letter": SIGNED, "agreement": SIGNED, "ready": SIGNED,
        "open": SIGNED, "suspended": SIGNED, "expired": SIGNED + RESUMED, "closed": WRONG, "lapsed": WRONG,
    },
    "opening.requested": {
        "none": UNKNOWN, "registered": ["INSTRUMENT_MISSING", *NO_CAP],
        "letter": ["INSTRUMENT_MISSING", *NO_CAP], "agreement": NO_CAP, "ready": OPENED,
        "open": WRONG, "suspended": WRONG, "expired": WRONG, "closed": WRONG, "lapsed": WRONG,
    },
    "cap.set": {
        "none": UNKNOWN, "registered": CAPPED, "letter": CAPPED, "agreement": CAPPED, "ready": CAPPED,
        "open": CAPPED, "suspended": CAPPED, "expired": CAPPED, "closed": WRONG, "lapsed": WRONG,
    },
    "suspension.ordered": {
        "none": UNKNOWN, "registered": WRONG, "letter": WRONG, "agreement": WRONG, "ready": WRONG,
        "open": SUSPENDED, "suspended": SUSPENDED, "expired": SUSPENDED, "closed": WRONG, "lapsed": WRONG,
    },
    "suspension.lifted": {
        "none": UNKNOWN, "registered": WRONG, "letter": WRONG, "agreement": WRONG, "ready": WRONG,
        "open": WRONG, "suspended": RESUMED, "expired": WRONG, "closed": WRONG, "lapsed": WRONG,
    },
    "closure.ordered": {
        "none": UNKNOWN, "registered": CLOSED, "letter": CLOSED, "agreement": CLOSED, "ready": CLOSED,
        "open": CLOSED, "suspended": CLOSED, "expired": CLOSED, "closed": WRONG, "lapsed": WRONG,
    },
    "safeguards.published": {
        "none": ADOPTED, "registered": ADOPTED, "letter": ADOPTED, "agreement": ADOPTED, "ready": ADOPTED,
        "open": ADOPTED + CHANGED, "suspended": ADOPTED + CHANGED, "expired": ADOPTED + CHANGED,
        "closed": ADOPTED, "lapsed": ADOPTED,
    },
}  # fmt: skip
CASES = [(name, state) for name in TABLE for state in STATES]


@pytest.mark.parametrize(("name", "state"), CASES)
def test_a_report_in_a_state(name: str, state: str) -> None:
    desk = Desk()
    STATES[state](desk)
    before = dict(desk.world.partnerships)
    data, subject = SENT[name]
    answer = desk.report(name, data, subject)
    assert answer == TABLE[name][state]
    if answer[0].isupper():
        assert desk.world.partnerships == before


@pytest.mark.parametrize(
    ("name", "state"),
    [case for case in CASES if TABLE[case[0]][case[1]][0].islower() and case[0] != "closure.ordered"],
)
def test_the_same_report_again_is_refused(name: str, state: str) -> None:
    desk = Desk()
    STATES[state](desk)
    data, subject = SENT[name]
    desk.report(name, data, subject)
    before = dict(desk.world.partnerships)
    assert desk.report(name, data, subject)[0] in ("NO_CHANGE", "WRONG_STATE", "ALREADY_REGISTERED")
    assert desk.world.partnerships == before


def test_the_table_has_every_report_and_state() -> None:
    assert set(TABLE) == {name for name, event in REPORTS.items() if event.service == "partners"}
    assert all(list(row) == list(STATES) for row in TABLE.values())


def test_phases_follow_what_is_signed() -> None:
    desk = Desk()
    made.registered(desk)
    assert desk.state().phase == "registered"
    desk.report("instrument.signed", LOI)
    assert desk.state().phase == "letter_of_intent"
    desk.report("instrument.signed", MOU)
    assert desk.state().phase == "agreement"
    desk.report("instrument.signed", LOI | {"ref": "another"})
    assert desk.state().phase == "agreement"


def test_an_agreement_may_come_without_a_letter() -> None:
    desk = Desk()
    made.registered(desk)
    desk.report("instrument.signed", MOU)
    assert desk.state().phase == "agreement"
