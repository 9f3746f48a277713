"""What a proposal, an amendment and an instrument must be; who may report them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from jembatan.contracts.partners import PartnershipProposed
from jembatan.contracts.reporters import Reporter
from tests.unit.partners import made
from tests.unit.partners.made import KEY, MOU, NB, PROPOSED, Desk


@pytest.mark.parametrize(
    ("change", "key", "expected"),
    [
        ({}, "ID:CA-NS:ISIC4-Q:G2G", [("SUBJECT_MISMATCH", "/subject")]),
        ({"origin": "XX"}, "XX:CA-NB:ISIC4-Q:G2G", [("UNKNOWN_CODE", "/data/origin")]),
        ({"jurisdiction": "CA-XX"}, "ID:CA-XX:ISIC4-Q:G2G", [("UNKNOWN_CODE", "/data/jurisdiction")]),
        ({"jurisdiction": "ID-JK"}, "ID:ID-JK:ISIC4-Q:G2G", [("SAME_COUNTRY", "/data/jurisdiction")]),
        ({"sector": "ISIC4-Q.01"}, "ID:CA-NB:ISIC4-Q.01:G2G", [("UNKNOWN_CODE", "/data/sector")]),
        ({"scheme": "X2X"}, "ID:CA-NB:ISIC4-Q:X2X", [("UNKNOWN_CODE", "/data/scheme")]),
        ({"occupations": ["2221", "9999"]}, KEY, [("UNKNOWN_CODE", "/data/occupations/1")]),
        ({"lapses_on": "2025-01-01"}, KEY, [("LAPSES_IN_PAST", "/data/lapses_on")]),
        (
            {"origin": "XX", "scheme": "X2X", "lapses_on": "2024-01-01"},
            KEY,
            [
                ("UNKNOWN_CODE", "/data/origin"),
                ("UNKNOWN_CODE", "/data/scheme"),
                ("SUBJECT_MISMATCH", "/subject"),
                ("LAPSES_IN_PAST", "/data/lapses_on"),
            ],
        ),
    ],
)
def test_a_wrong_proposal(change: dict[str, Any], key: str, expected: list[tuple[str, str]]) -> None:
    desk = Desk()
    desk.report("partnership.proposed", PROPOSED | change, key)
    assert [(code, pointer) for code, pointer, _ in desk.reasons()] == expected
    assert not desk.world.partnerships


@pytest.mark.parametrize(
    "change", [{"origin": "id"}, {"occupations": []}, {"sector": "Q"}, {"lapses_on": "soon"}, {"fee": 1}]
)
def test_a_proposal_of_another_form(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PartnershipProposed.model_validate(PROPOSED | change)


def test_an_agency_speaks_for_its_own_origin_and_host() -> None:
    desk = Desk()
    other = Reporter(code="x", source="urn:x", types=("*",), origins=("PH",), jurisdictions=("CA-NS",))
    assert desk.report("partnership.proposed", PROPOSED, KEY, other) == ["NOT_YOUR_REPORT"] * 2
    made.registered(desk)
    for name, data in (("instrument.signed", MOU), ("closure.ordered", {"reason": "X"})):
        assert desk.report(name, data, by=other) == ["NOT_YOUR_REPORT"] * 2


def test_an_amendment_changes_what_it_gives_and_names_it() -> None:
    desk = Desk()
    made.registered(desk)
    desk.report("partnership.amended", {"origin_agency": "KP2MI", "occupations": ["2221"]})
    state = desk.state()
    assert (state.origin_agency, state.occupations) == ("KP2MI", ("2221",))
    assert state.host_agency == PROPOSED["host_agency"]
    changed = desk.outcome.facts[0].data.changed  # type: ignore[union-attr]
    assert changed == ("origin_agency", "occupations")
    assert desk.report("partnership.amended", {}) == ["NO_CHANGE"]
    assert desk.report("partnership.amended", {"occupations": ["0"], "lapses_on": "2024-01-01"}) == [
        "LAPSES_IN_PAST"
    ]
    assert desk.report("partnership.amended", {"occupations": ["9999"]}) == ["UNKNOWN_CODE"]


def test_an_instrument_with_wrong_dates() -> None:
    desk = Desk()
    made.registered(desk)
    wrong = MOU | {"signed_on": "2025-01-03", "effective_on": "2025-02-01", "expires_on": "2025-01-31"}
    assert desk.report("instrument.signed", wrong) == ["SIGNED_IN_FUTURE", "EXPIRES_BEFORE_EFFECT"]
    assert desk.report("instrument.signed", MOU) == ["partnership.instrument_signed"]
    assert desk.report("instrument.signed", MOU) == ["NO_CHANGE"]
    assert desk.report("instrument.signed", MOU | {"expires_on": "2026-01-01"}) == [
        "partnership.instrument_signed"
    ]
    assert len(desk.state(NB).instruments) == 1
