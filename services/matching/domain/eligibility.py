"""Who may fill a vacancy: every failing reason at once, as of a stated instant.

A reason is for the candidate alone: it stands in the schema of matching and never in a fact. Codes: E_AGE,
E_CITIZENSHIP, E_COMPETENCE, E_HEALTH_PHYSICAL, E_HEALTH_MENTAL, E_SOCIAL_SECURITY, E_DOC_<kind>,
E_LANG_<skill>, E_TEST_EXPIRED, E_LICENCE, E_EDUCATION, E_EXPERIENCE, E_ORIGIN, E_SCHEME, E_NOT_ROSTERED,
E_ROSTER_EXPIRED, E_NOT_SELECTED. Whether the vacancy is posted and its partnership open is the round's to
look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from jembatan.contracts.matching.candidates import Phase
from jembatan.contracts.matching.rules import MatchingRules
from jembatan.contracts.partners.values import key_of
from jembatan.contracts.vacancies import VacancyState
from services.matching.domain import (
    eligibility_language,
    eligibility_person,
    eligibility_work,
    selecting,
)
from services.matching.domain.against import Against
from services.matching.domain.eligibility_case import Case, Finding, lacking
from services.matching.domain.world import CandidateRow


def eligibility(
    candidate: CandidateRow, vacancy: VacancyState, programme: MatchingRules, as_of: datetime
) -> tuple[Against, ...]:
    """Every reason why the candidate may not fill the vacancy as of an instant; none if eligible."""
    found = _findings(Case(candidate, vacancy, programme, as_of))
    return _distinct(one.reason for one in found if one.refuses)


def warnings(
    candidate: CandidateRow, vacancy: VacancyState, programme: MatchingRules, as_of: datetime
) -> tuple[Against, ...]:
    """What rules known from memory only would ask besides; it refuses nobody."""
    found = _findings(Case(candidate, vacancy, programme, as_of))
    return _distinct(one.reason for one in found if not one.refuses)


def _findings(case: Case) -> Iterator[Finding]:
    for check in CHECKS:
        yield from check(case)


def _distinct(reasons: Iterator[Against]) -> tuple[Against, ...]:
    return tuple({(one.code, one.pointer, one.detail): one for one in reasons}.values())


def _roster(case: Case) -> Iterator[Finding]:
    """In the programme's roster at the instant."""
    state, roster = case.state, case.state.roster
    asked = f"in the roster at {case.as_of.isoformat()}"
    if state.phase is not Phase.ROSTERED or roster is None or case.as_of < roster.starts_at:
        since = f", from {roster.starts_at.isoformat()} on" if roster else ""
        yield lacking(
            "E_NOT_ROSTERED", "state/roster", asked, f"{state.phase}{since}", at=case.as_of.isoformat(),
            phase=state.phase.value, since=roster.starts_at.isoformat() if roster else None,
        )  # fmt: skip
    elif case.as_of > roster.ends_at:
        ended = roster.ends_at.isoformat()
        yield lacking(
            "E_ROSTER_EXPIRED", "state/roster", asked, f"in it until {ended}", at=case.as_of.isoformat(),
            ended_at=ended,
        )  # fmt: skip


def _scheme(case: Case) -> Iterator[Finding]:
    """Verified for this programme, in any version."""
    roster, wanted = case.state.roster, case.programme.id
    if roster is not None and roster.programme.partition("/")[0] != wanted:
        asked = f"verified for the programme {wanted}"
        yield lacking(
            "E_SCHEME", "state/roster", asked, roster.programme, programme=wanted,
            own_programme=roster.programme,
        )  # fmt: skip


def _origin(case: Case) -> Iterator[Finding]:
    """Of the partnership's origin."""
    wanted = key_of(case.vacancy.partnership).origin
    if case.state.origin != wanted:
        found = case.state.origin
        yield lacking(
            "E_ORIGIN", "state/origin", f"a candidate of {wanted}", found, country=wanted, own_country=found
        )


CHECKS = (
    _roster,
    _scheme,
    _origin,
    *eligibility_person.CHECKS,
    eligibility_language.check,
    *eligibility_work.CHECKS,
    selecting.check,
)
