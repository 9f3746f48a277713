"""Levels of language by skill, each in its own framework; none is ever converted into another.

CLB comes from IELTS General Training and CELPIP-General by the official table; a level of the Common European
Framework from a certificate of one; any other framework is a test's own scale.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from jembatan.codes.clb import Skill, from_celpip_general, from_ielts_general
from jembatan.contracts.matching.candidates import LanguageTest

CLB, CEFR = "CLB", "CEFR"
CEFR_LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")
BELOW = "M"
"""What CELPIP prints for a skill below its lowest level."""


def rank(framework: str, level: str) -> Decimal | None:
    """Where a level stands in its framework, higher is better; None if the framework has no such level."""
    if framework == CEFR:
        return Decimal(CEFR_LEVELS.index(level)) if level in CEFR_LEVELS else None
    try:
        number = Decimal(level)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def level_of(test: LanguageTest, framework: str, skill: Skill) -> str | None:
    """What a test shows in a skill, as a level of the framework; None if it says nothing there."""
    score = test.score(skill)
    if score is None:
        return None
    if framework == CLB and test.kind == "IELTS_GENERAL":
        return str(from_ielts_general(skill, Decimal(score)))
    if framework == CLB and test.kind == "CELPIP_GENERAL":
        return str(from_celpip_general(0 if score == BELOW else int(score)))
    return score if test.kind == framework else None


def best(tests: Iterable[LanguageTest], languages: Iterable[str], framework: str, skill: Skill) -> str | None:
    """The best level that the tests show in a skill, in one of the languages."""
    known = {main(language) for language in languages}
    levels = (level_of(test, framework, skill) for test in tests if main(test.language) in known)
    ranked = {level: place for level in levels if level and (place := rank(framework, level)) is not None}
    return max(ranked, key=lambda level: ranked[level], default=None)


def reaches(framework: str, held: str | None, asked: str) -> bool:
    """Whether a level is at least the one asked for; never, if either is no level of the framework."""
    have = rank(framework, held) if held is not None else None
    want = rank(framework, asked)
    return have is not None and want is not None and have >= want


def main(language: str) -> str:
    """A language without its region: `fr` of `fr-CA`."""
    return language.partition("-")[0]
