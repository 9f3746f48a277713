"""A candidate's points by the programme's table: an integer, the same for every vacancy of a programme."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from jembatan.codes.clb import Skill
from jembatan.contracts.matching.candidates import Evidence, LanguageTest
from jembatan.contracts.matching.rules import (
    EligibilityRules,
    ExperiencePoints,
    LanguagePoints,
    LicencePoints,
    MatchingRules,
)
from services.matching.domain import language
from services.matching.domain.eligibility_language import valid
from services.matching.domain.eligibility_work import hours, in_groups, reaches, stages
from services.matching.domain.world import CandidateRow


def points(candidate: CandidateRow, programme: MatchingRules, as_of: datetime) -> int:
    """Points from 0 as of an instant: of each list of the table the best, added up."""
    table, rules, evidence = programme.points, programme.eligibility, candidate.evidence
    day = as_of.astimezone(UTC).date()
    tests = valid(evidence.tests, rules.tests, day)
    return (
        max((_language(one, tests) for one in table.languages), default=0)
        + max((_experience(one, evidence, day) for one in table.experience), default=0)
        + _most(one.points for one in table.education if (evidence.education or 0) >= one.isced)
        + _most(one.points for one in table.licences if _holds(one, evidence, rules, day))
    )


def _language(table: LanguagePoints, tests: list[LanguageTest]) -> int:
    """Of each language the weakest skill counts, and of these the best."""
    return _most(
        one.points
        for one in table.levels
        if any(_all_reach(tests, spoken, table.framework, one.level) for spoken in table.languages)
    )


def _all_reach(tests: list[LanguageTest], spoken: str, framework: str, level: str) -> bool:
    shown = (language.best(tests, (spoken,), framework, skill) for skill in Skill)
    return all(language.reaches(framework, held, level) for held in shown)


def _experience(table: ExperiencePoints, evidence: Evidence, day: date) -> int:
    shown = hours(in_groups(evidence.experience, table.occupations), day, table.within_years)
    return _most(one.points for one in table.hours if shown >= one.hours)


def _holds(one: LicencePoints, evidence: Evidence, rules: EligibilityRules, day: date) -> bool:
    held = stages(evidence.licences, one.body, day)
    return any(reaches(rules.ladders, one.body, stage, one.stage) for stage in held)


def _most(points: Iterable[int]) -> int:
    return max(points, default=0)
