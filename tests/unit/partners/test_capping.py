"""Caps: a tree of scopes, periods that follow each other, and what a partnership sees of them."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jembatan.contracts.partners import Scope, node_of
from jembatan.contracts.reporters import Reporter
from services.partners.domain.capping import crosses
from tests.unit.partners import made
from tests.unit.partners.made import CAP, NB, Desk, day

PARTS = ("origin", "jurisdiction", "sector", "scheme")
CELLS = list(product(("ID", "PH"), ("CA-NB", "CA-NS"), ("ISIC4-Q", "ISIC4-A"), ("G2G", "P2P")))
YEAR: dict[str, Any] = {"period_start": "2025-01-11", "period_end": "2025-01-21"}


def scope(text: str) -> dict[str, str]:
    return {name: part for name, part in zip(PARTS, text.split(":"), strict=False) if part != "any"}


def put(desk: Desk, node: str, **more: Any) -> list[str]:  # noqa: ANN401
    return desk.report("cap.set", {"scope": scope(node), "max": 5, **more}, node)


scopes = st.builds(
    Scope,
    origin=st.sampled_from((None, "ID", "PH")),
    jurisdiction=st.sampled_from((None, "CA-NB", "CA-NS")),
    sector=st.sampled_from((None, "ISIC4-Q", "ISIC4-A")),
    scheme=st.sampled_from((None, "G2G", "P2P")),
)


@given(scopes, scopes)
def test_scopes_cross_if_neither_holds_the_other_and_they_share_a_cell(one: Scope, other: Scope) -> None:
    inside = [
        {
            cell
            for cell in CELLS
            if all(part in (None, value) for part, value in zip(s.parts[:4], cell, strict=True))
        }
        for s in (one, other)
    ]
    assert crosses(one, other) == bool(
        inside[0] & inside[1] and inside[0] - inside[1] and inside[1] - inside[0]
    )


@pytest.mark.parametrize(
    ("parts", "node"),
    [
        ({}, "any"),
        ({"origin": "ID"}, "ID"),
        ({"jurisdiction": "CA-NB"}, "any:CA-NB"),
        ({"origin": "ID", "sector": "ISIC4-Q"}, "ID:any:ISIC4-Q"),
        (CAP["scope"], NB),
    ],
)
def test_a_scope_has_a_node(parts: dict[str, Any], node: str) -> None:
    assert Scope(**parts).node == node
    assert node_of(f"{node}.2025-01-11") == node_of(node) == node


def test_caps_that_cross_are_refused_by_name() -> None:
    desk = Desk()
    assert put(desk, "ID:CA-NB") == ["cap.changed"]
    assert put(desk, "ID") == ["cap.changed"]
    assert put(desk, "any:CA-NB:ISIC4-Q") == ["CAPS_NOT_LAMINAR"] * 2
    for (_, pointer, detail), other in zip(desk.reasons(), ("ID", "ID:CA-NB"), strict=True):
        assert pointer == "/data/scope"
        assert f"any:CA-NB:ISIC4-Q and {other} cross" in detail
    assert put(desk, "PH:CA-NB") == ["cap.changed"]


def test_each_cap_that_is_crossed_is_named() -> None:
    desk = Desk()
    put(desk, "ID:CA-NB")
    put(desk, "PH:CA-NB")
    assert put(desk, "any:any:ISIC4-Q") == ["CAPS_NOT_LAMINAR"] * 2
    assert {"ID:CA-NB", "PH:CA-NB"} == {
        node for *_, detail in desk.reasons() for node in ("ID:CA-NB", "PH:CA-NB") if node in detail
    }


def test_caps_may_cross_in_different_periods() -> None:
    desk = Desk()
    assert put(desk, "ID:CA-NB", period_end="2025-02-01") == ["cap.changed"]
    assert put(desk, "any:any:ISIC4-Q", period_start="2025-01-31") == ["CAPS_NOT_LAMINAR"]
    assert put(desk, "any:any:ISIC4-Q", period_start="2025-02-01") == ["cap.changed"]


def test_periods_of_one_scope_follow_each_other() -> None:
    desk = Desk()
    assert put(desk, "ID", **YEAR) == ["cap.changed"]
    assert put(desk, "ID", period_start="2025-01-20") == ["CAP_PERIODS_OVERLAP"]
    assert put(desk, "ID") == ["CAP_PERIODS_OVERLAP"]
    assert put(desk, "ID", period_end="2025-01-11") == ["cap.changed"]
    assert put(desk, "ID", period_start="2025-01-21") == ["cap.changed"]
    assert put(desk, "ID", **YEAR | {"period_end": "2025-01-22"}) == ["CAP_PERIODS_OVERLAP"]
    assert put(desk, "ID", **YEAR | {"period_end": "2025-01-15"}) == ["cap.changed"]
    assert put(desk, "ID", **YEAR | {"period_end": "2025-01-15"}) == ["NO_CHANGE"]


def test_a_wrong_cap_is_refused_with_every_reason() -> None:
    desk = Desk()
    wrong = {
        "scope": {"origin": "XX", "sector": "ISIC4-Q.99", "scheme": "X2X", "number": 3},
        "max": 1,
        "period_start": "2025-02-01",
        "period_end": "2025-02-01",
    }
    assert desk.report("cap.set", wrong, "ID") == [
        "SUBJECT_MISMATCH",
        *["UNKNOWN_CODE"] * 3,
        "SCOPE_INCOMPLETE",
        "CAP_PERIOD_EMPTY",
    ]
    assert not desk.world.caps


def test_nobody_sets_a_cap_wider_than_what_it_speaks_for() -> None:
    desk = Desk()
    origin = Reporter(code="o", source="urn:o", types=("*",), origins=("ID",))
    host = Reporter(code="h", source="urn:h", types=("*",), jurisdictions=("CA-NB",))
    cap = {"max": 1}
    assert desk.report("cap.set", cap | {"scope": scope("ID")}, "ID", origin) == ["cap.changed"]
    assert desk.report("cap.set", cap | {"scope": scope("ID")}, "ID", host) == ["NOT_YOUR_REPORT"]
    assert desk.report("cap.set", cap | {"scope": {}}, "any", origin) == ["NOT_YOUR_REPORT"]
    node = "any:CA-NB"
    assert desk.report("cap.set", cap | {"scope": scope(node)}, node, origin)[0] == "NOT_YOUR_REPORT"


def test_a_period_begins_and_ends_by_itself() -> None:
    desk = Desk()
    made.registered(desk)
    assert desk.report("cap.set", CAP | YEAR) == ["cap.changed"]
    assert desk.state().cap is None
    cap = f"{NB}.2025-01-11"
    assert not desk.world.caps[cap].in_force
    assert desk.until(day(11)) == ["cap.changed", "partnership.changed"]
    held = desk.state().cap
    assert held is not None
    assert (held.max, desk.world.caps[cap].in_force) == (150, True)
    assert desk.until(day(21)) == ["cap.changed", "partnership.changed"]
    assert (desk.state().cap, desk.world.caps[cap].in_force) == (None, False)
    assert desk.due() is None


def test_the_next_period_takes_over_without_a_gap() -> None:
    desk = Desk()
    made.registered(desk)
    desk.report("cap.set", CAP | YEAR)
    desk.report("cap.set", CAP | {"period_start": "2025-01-21", "max": 9})
    desk.until(day(11))
    seen = []
    while (due := desk.due()) is not None:
        desk.deadline(due[1], due[2], due[0])
        seen.append(desk.state().cap)
    assert [cap and cap.max for cap in seen] == [9, 9]


def test_a_period_put_off_is_looked_at_again() -> None:
    desk = Desk()
    put(desk, "ID", **YEAR)
    put(desk, "ID", **YEAR | {"period_end": "2025-01-31"})
    desk.until(day(11))
    assert desk.deadline("cap.period_ends", "ID.2025-01-11", day(20)) == []
    assert desk.due() == (day(30), "cap.period_ends", "ID.2025-01-11")


def test_a_cap_without_a_start_may_end() -> None:
    desk = Desk()
    made.registered(desk)
    desk.report("partnership.amended", {"lapses_on": "2026-01-01"})
    assert desk.report("cap.set", CAP | {"period_end": "2025-01-11"}) == [
        "cap.changed",
        "partnership.changed",
    ]
    assert set(desk.world.caps) == {NB}
    assert desk.until(day(20)) == ["cap.changed", "partnership.changed"]
    assert desk.due() == (day(365), "partnership.lapses_on", NB)
