"""What is asked for the work: the licence, the level of education, paid hours of experience."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from jembatan.contracts.matching.candidates import Employment, LicenceHeld
from jembatan.contracts.matching.rules import ExperienceRule, Ladder
from jembatan.contracts.vacancies.values import Floor
from services.matching.domain.eligibility_case import Case, Finding, add_months, lacking, said
from services.matching.domain.eligibility_person import in_force

ALL_YEARS = 100
"""So many years ask for no limit of time."""


def licence(case: Case) -> Iterator[Finding]:
    """The licence that the vacancy names, at its stage or a higher one of the programme's ladder."""
    asked = case.vacancy.licence
    if asked is None:
        return
    held = stages(case.evidence.licences, asked.body, case.day)
    if not any(reaches(case.rules.ladders, asked.body, stage, asked.stage) for stage in held):
        wanted = f"a licence of {asked.body}, {asked.stage} (floor {Floor.LICENCE})"
        yield lacking(
            "E_LICENCE", "evidence/licences", wanted, f"valid on {case.day}: {said(held)}",
            body=asked.body, stage=asked.stage, shown=tuple(held), day=str(case.day),
            floor=Floor.LICENCE.value,
        )  # fmt: skip


def stages(licences: Iterable[LicenceHeld], body: str, day: date) -> list[str]:
    """The stages that are held of a body's licence on the day."""
    return [one.stage for one in licences if one.body == body and in_force(one.valid_until, day)]


def reaches(ladders: Iterable[Ladder], body: str, held: str, asked: str) -> bool:
    """Whether a stage is the one asked for, or stands higher on the body's ladder."""
    ladder = next((one.stages for one in ladders if one.body == body), ())
    if held in ladder and asked in ladder:
        return ladder.index(held) >= ladder.index(asked)
    return held == asked


def education(case: Case) -> Iterator[Finding]:
    """The level of ISCED 2011 that the programme asks for a job of its TEER, and that of the vacancy."""
    held, part = case.evidence.education, "evidence/education"
    found = "none shown" if held is None else f"level {held}"
    for rule in case.rules.education:
        if rule.holds_for(case.vacancy.teer) and (held is None or held < rule.isced):
            yield lacking(
                "E_EDUCATION", part, f"{_isced(rule.isced)}, {Floor.IMMIGRATION}", found, rule,
                level=rule.isced, shown=held, floor=Floor.IMMIGRATION.value,
            )  # fmt: skip
    asked = case.vacancy.education
    if asked is not None and (held is None or held < asked):
        yield lacking(
            "E_EDUCATION", part, f"{_isced(asked)}, {Floor.EMPLOYER}", found,
            level=asked, shown=held, floor=Floor.EMPLOYER.value,
        )  # fmt: skip


def _isced(level: int) -> str:
    return f"at least level {level} of ISCED 2011"


def experience(case: Case) -> Iterator[Finding]:
    """The paid hours that the programme asks for, and those that the vacancy asks for in its occupation."""
    for rule in case.rules.experience:
        if rule.holds_for(case.vacancy.teer):
            yield from _programme_hours(case, rule)
    asked = case.vacancy.experience
    if asked is None:
        return
    years = asked.within_years or ALL_YEARS
    work = [one for one in case.evidence.experience if _counts(case, one)]
    if (shown := hours(work, case.day, years)) < asked.hours:
        where = f"in {' or '.join(case.occupations)} (ISCO-08) within {years} years, {Floor.EMPLOYER}"
        yield lacking(
            "E_EXPERIENCE", "evidence/experience", f"{asked.hours} paid hours {where}", f"{shown} hours",
            hours=asked.hours, shown=shown, occupations=case.occupations, within=asked.within_years,
            floor=Floor.EMPLOYER.value,
        )  # fmt: skip


def _programme_hours(case: Case, rule: ExperienceRule) -> Iterator[Finding]:
    work = in_groups(case.evidence.experience, rule.occupations)
    if (shown := hours(work, case.day, rule.within_years)) < rule.hours:
        where = (
            f"in {said(rule.occupations, 'any occupation')} within {rule.within_years} years, {rule.floor}"
        )
        yield lacking(
            "E_EXPERIENCE", "evidence/experience", f"{rule.hours} paid hours {where}", f"{shown} hours", rule,
            hours=rule.hours, shown=shown, occupations=rule.occupations, within=rule.within_years,
            floor=rule.floor.value,
        )  # fmt: skip


def _counts(case: Case, work: Employment) -> bool:
    noc = case.vacancy.noc2021
    return work.isco08 in case.occupations or (noc is not None and work.noc2021 == noc)


def in_groups(work: Iterable[Employment], groups: Collection[str]) -> list[Employment]:
    """Work in occupations of these groups of ISCO-08; all of it if there are none."""
    prefixes = tuple(groups)
    return [one for one in work if not prefixes or (one.isco08 or "").startswith(prefixes)]


def hours(work: Iterable[Employment], day: date, years: int) -> int:
    """Whole hours within the last years up to the day; of work partly within, in proportion to its days."""
    since = date.min if years >= ALL_YEARS else add_months(day, -12 * years)
    return sum(_within(one, since, day) for one in work)


def _within(work: Employment, since: date, until: date) -> int:
    days = (min(work.ended_on, until) - max(work.started_on, since)).days + 1
    whole = (work.ended_on - work.started_on).days + 1
    return work.hours * max(0, days) // whole


CHECKS = (licence, education, experience)
