"""Candidates who fit a vacancy exactly, and programmes, made short."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jembatan.contracts.matching.candidates import CandidateState, Evidence
from jembatan.contracts.matching.rules import MatchingRules
from jembatan.contracts.vacancies import VacancyState
from jembatan.programmes import load_programmes
from jembatan.programmes_matching import matching_rules
from services.matching.domain.world import CandidateRow

FOLDER = Path(__file__).resolve().parents[3] / "programmes"
HEALTH, AQUACULTURE = "id-ca-nb-health-g2g/1", "id-ca-ns-aquaculture-p2p/1"
PROGRAMMES = matching_rules(load_programmes(FOLDER))
AS_OF = datetime(2026, 2, 1, tzinfo=UTC)
NAME = "kp2mi-c-1"

EVIDENCE: dict[str, Any] = {
    "birth_date": "1996-02-29",
    "citizenship": "ID",
    "competence": [{"isco08": "2221", "kind": "STR", "issued_on": "2021-05-10", "expires_on": "2026-02-01"}],
    "health": {"physical": True, "mental": True, "valid_until": "2026-02-01"},
    "social_security": ["BPJS-TK"],
    "documents": [
        {"kind": kind, "issued_on": "2023-01-15", "expires_on": "2026-02-01"}
        for kind in ("PASSPORT", "MARITAL_STATUS", "FAMILY_PERMISSION", "POLICE_RECORD")
    ],
    "tests": [
        {
            "kind": "IELTS_GENERAL", "language": "en", "taken_on": "2024-02-02",
            "listening": "6.0", "reading": "6.0", "writing": "6.0", "speaking": "6.0",
        }
    ],
    "licences": [{"body": "NANB", "stage": "ELIGIBLE", "valid_until": "2026-02-01"}],
    "experience": [{"isco08": "2221", "hours": 1560, "started_on": "2024-01-01", "ended_on": "2025-12-31"}],
    "education": 6,
}  # fmt: skip
"""Everything that the vacancy and the health programme ask, and on 1 February 2026 for the last day."""


def rules(**changes: Any) -> MatchingRules:  # noqa: ANN401
    """The health programme, with other rules of eligibility."""
    health = PROGRAMMES[HEALTH]
    parts = health.eligibility.model_dump() | changes
    return MatchingRules.model_validate(health.model_dump() | {"eligibility": parts})


def floors(level: str = "7", floor: str = "LICENCE", **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """A language floor with one level in every skill."""
    skills = dict.fromkeys(("listening", "reading", "writing", "speaking"), level)
    return {"language": "en", "framework": "CLB", "floor": floor, **skills, **changes}


def vacancy(**changes: Any) -> VacancyState:  # noqa: ANN401
    """A registered nurse's post under the health partnership."""
    values = {
        "id": "horizon-rn-1", "partnership": "ID:CA-NB:ISIC4-Q:G2G:1", "employer": "horizon",
        "title": "Nurse", "isco08": "2221", "noc2021": "31301", "teer": 1, "place": "CA-NB", "openings": 3,
        "wage": {"min": 3500, "max": 4500, "currency": "CAD", "unit": "HOUR"}, "hours_week": "37.5",
        "contract": {"permanent": True}, "languages": [floors()],
        "licence": {"body": "NANB", "stage": "ELIGIBLE"}, "education": 6,
        "experience": {"hours": 1125, "within_years": 5},
        "closes_on": AS_OF + timedelta(days=100), "phase": "posted",
    }  # fmt: skip
    return VacancyState.model_validate(values | changes)


def state(**changes: Any) -> CandidateState:  # noqa: ANN401
    roster = {"programme": HEALTH, "starts_at": AS_OF - timedelta(days=300), "ends_at": AS_OF}
    values = {"id": NAME, "origin": "ID", "phase": "rostered", "roster": roster}
    return CandidateState.model_validate(values | changes)


def evidence(**changes: Any) -> Evidence:  # noqa: ANN401
    return Evidence.model_validate(EVIDENCE | changes)


def person(*, is_: dict[str, Any] | None = None, **shows: Any) -> CandidateRow:  # noqa: ANN401
    """A candidate who fits; `is_` changes the state, the rest the evidence."""
    return CandidateRow(state(**(is_ or {})), evidence(**shows))


def ielts(listening: str | None = "6.0", taken_on: str = "2025-06-01", **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """A test with 6.0 in the other skills: CLB 7."""
    same = dict.fromkeys(("reading", "writing", "speaking"), "6.0")
    return {
        "kind": "IELTS_GENERAL", "language": "en", "taken_on": taken_on, "listening": listening, **same,
        **changes,
    }  # fmt: skip
