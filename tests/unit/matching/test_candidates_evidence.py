"""The evidence as reports carry it: what is no evidence, what is not taken, and that no fault repeats it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from jembatan.contracts.matching.candidates import CandidateRegisteredReport
from tests.unit.matching.persons import EVIDENCE, ielts

WORK = {"isco08": "2221", "hours": 100, "started_on": "2024-01-01", "ended_on": "2024-03-01"}


def faults(**shows: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    """Where and what pydantic finds."""
    try:
        CandidateRegisteredReport.model_validate({"origin": "ID", "evidence": EVIDENCE | shows})
    except ValidationError as error:
        return [(".".join(map(str, one["loc"][1:])), one["msg"]) for one in error.errors()]
    return []


@pytest.mark.parametrize("field", ["sex", "religion", "name", "photo", "marital_status"])
def test_what_decides_nothing_is_not_taken(field: str) -> None:
    assert faults(**{field: "x"}) == [(field, "Extra inputs are not permitted")]


@pytest.mark.parametrize(
    "shows",
    [
        {"tests": [ielts("9.5")]},
        {"tests": [ielts("6.3")]},
        {"tests": [ielts("B2")]},
        {"tests": [ielts("NaN")]},
        {"tests": [ielts(language="fr")]},
        {"tests": [ielts(expires_on="2020-01-01")]},
        {"tests": [ielts("13", kind="CELPIP_GENERAL", reading="7", writing="7", speaking="7")]},
        {"tests": [ielts("7.5", kind="CELPIP_GENERAL", reading="7", writing="7", speaking="7")]},
        {"tests": [ielts(kind="CELPIP_GENERAL", listening=None, reading="7", writing="7", speaking=7.0)]},
        {"experience": [WORK | {"isco08": None}]},
        {"experience": [WORK | {"ended_on": "2023-12-31"}]},
        {"experience": [WORK | {"hours": 10_000}]},
        {"experience": [WORK | {"hours": 0}]},
        {"documents": [{"kind": "PASSPORT", "issued_on": "2024-01-01", "expires_on": "2023-01-01"}]},
        {
            "competence": [
                {"isco08": "2221", "kind": "X", "issued_on": "2024-01-01", "expires_on": "2023-01-01"}
            ]
        },
        {"education": 9},
        {"education": True},
        {"citizenship": "Indonesia"},
    ],
)
def test_what_is_no_evidence_is_refused(shows: dict[str, Any]) -> None:
    assert len(faults(**shows)) == 1


def test_every_skill_off_the_scale_is_named_and_no_score_repeated() -> None:
    ((where, said),) = faults(tests=[ielts("9.7", reading="11", language="fr")])
    assert where == "tests.0"
    assert "this kind of test is in en" in said
    assert "listening: an IELTS band" in said
    assert "reading: an IELTS band" in said
    assert "writing" not in said
    assert not [value for value in ("9.7", "11") if value in said]


def test_what_a_test_of_another_kind_prints_is_kept() -> None:
    tef = {"kind": "TEF", "language": "fr", "taken_on": "2025-01-01", "listening": "316", "writing": "C1"}
    assert faults(tests=[tef]) == []
    below = ielts("M", kind="CELPIP_GENERAL", reading="12", writing="1", speaking=None)
    assert faults(tests=[below]) == []


@pytest.mark.parametrize(("hours", "found"), [(168, 0), (169, 1)])
def test_a_week_has_168_hours(hours: int, found: int) -> None:
    first = date(2024, 1, 1)
    week = {"isco08": "2221", "hours": hours, "started_on": first, "ended_on": first + timedelta(days=6)}
    assert len(faults(experience=[week])) == found
