"""What a candidate is told of a placement, step by step, in three languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cli.explain import persons
from cli.explain.wording import Tongue
from jembatan.contracts.matching.placement_values import (
    PlacementAside,
    PlacementState,
    RefusedClearance,
    WhyEnded,
)
from services.matching.domain.world import PlacementRow
from tests.unit.explain.made import ENGLISH, TONGUES, a_round, entered, offer, sentences, then
from tests.unit.matching.made import CLOSES, NB

BEGUN: dict[str, Any] = {
    "id": "kp2mi-r1:kp2mi-c-1", "round": "kp2mi-r1", "candidate": "kp2mi-c-1", "vacancy": "rn-1",
    "partnership": NB, "employer": "horizon", "seat_held": True, "needed": ("ORIENTATION", "VISA"),
    "signed_on": date(2026, 3, 9),
}  # fmt: skip
WENT: dict[str, Any] = {"departed_on": date(2026, 5, 4), "granted": ("ORIENTATION", "VISA")}
STARTED = WENT | {"arrived_on": date(2026, 5, 5)}
NOTE = "Page 3 is missing."
REFUSED = RefusedClearance(kind="VISA", reason="INCOMPLETE", note=NOTE, final=False, at=CLOSES)
OVER = {"ended_on": date(2028, 5, 31), "ended_for": "COMPLETED", "returned_on": date(2028, 6, 4)}
READY = "You have every clearance that is needed, and can depart."


def told(phase: str, aside: PlacementAside | None = None, tongue: Tongue = ENGLISH, **more: Any) -> list[str]:  # noqa: ANN401
    state = PlacementState.model_validate(BEGUN | {"phase": phase} | more)
    row = PlacementRow(state, aside or PlacementAside())
    who = entered(vacancy="rn-1", offer=offer("accepted", CLOSES), placement=row)
    return sentences(persons.explain(a_round(), then(), who), tongue)


def after_the_offer(sayings: list[str]) -> list[str]:
    start = next(place for place, text in enumerate(sayings) if text.startswith("Your contract"))
    end = next(place for place, text in enumerate(sayings) if text.startswith("In the public list"))
    return sayings[start:end]


@pytest.mark.parametrize(
    ("phase", "more", "expected"),
    [
        ("contracted", {"granted": ("ORIENTATION",)}, ["Before you can depart, this is still needed: VISA."]),
        ("cleared", {"granted": WENT["granted"]}, [READY]),
        ("departed", WENT, ["You departed on 4 May 2026."]),
        ("started", STARTED, ["You departed on 4 May 2026.", "You arrived and started work on 5 May 2026."]),
        (
            "returned",
            STARTED | OVER,
            [
                "You departed on 4 May 2026.", "You arrived and started work on 5 May 2026.",
                "It ended on 31 May 2028: the employment was completed.", "You returned on 4 June 2028.",
            ],
        ),
    ],
)  # fmt: skip
def test_each_step_is_told_with_its_day(phase: str, more: dict[str, Any], expected: list[str]) -> None:
    assert after_the_offer(told(phase, **more)) == ["Your contract was signed on 9 March 2026.", *expected]


def test_a_clearance_refused_has_its_reason_and_whether_it_is_final() -> None:
    said = " ".join(told("contracted", PlacementAside(refused=(REFUSED,))))
    assert "it can be granted still. Reason on record: INCOMPLETE. Page 3 is missing." in said
    final = REFUSED.model_copy(update={"final": True})
    ended: dict[str, Any] = {
        "ended_on": date(2026, 4, 1),
        "ended_for": "CLEARANCE_REFUSED",
        "seat_held": False,
    }
    said = " ".join(told("ended", PlacementAside(refused=(final,)), **ended))
    assert "the refusal is final" in said
    assert "It ended on 1 April 2026: a clearance was refused." in said


def test_a_clearance_granted_after_all_is_told_no_more() -> None:
    assert not any(
        "VISA" in one for one in told("cleared", PlacementAside(refused=(REFUSED,)), ENGLISH, **WENT)
    )


def test_why_a_contract_was_called_off_is_told_signed_or_not() -> None:
    why = WhyEnded(reason="POSITION_CUT", note=None, at=CLOSES)
    ended: dict[str, Any] = {
        "ended_on": date(2026, 4, 1),
        "ended_for": "CANCELLED_BY_EMPLOYER",
        "seat_held": False,
    }
    assert "Reason on record: POSITION_CUT." in told("ended", PlacementAside(ended=why), **ended)
    withdrawn = offer("withdrawn", CLOSES, "CANCELLED_BY_EMPLOYER")
    who = entered(vacancy="rn-1", offer=withdrawn, called_off=why)
    assert "Reason on record: POSITION_CUT." in sentences(persons.explain(a_round(), then(), who))


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda one: one.language.value)
def test_every_language_fills_in_every_value(tongue: Tongue) -> None:
    ended: dict[str, Any] = STARTED | {
        "ended_on": date(2028, 5, 31),
        "ended_for": "OTHER",
        "returned_on": date(2028, 6, 4),
    }
    why = WhyEnded(reason="CLOSED_DOWN", note="The home closed.", at=CLOSES)
    kept = PlacementAside(refused=(REFUSED.model_copy(update={"kind": "CARD"}),), ended=why)
    said = told("returned", kept, tongue, **ended)
    assert not any("{" in one for one in said)
    assert any("CLOSED_DOWN. The home closed." in one for one in said)
    assert any("2028" in one for one in said)
