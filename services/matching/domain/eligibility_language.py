"""Language: the floors of immigration, licence and employer, by skill; of all that hold, the highest.

Each skill is met by the best valid result in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from jembatan.codes.clb import Skill
from jembatan.contracts.matching.candidates import LanguageTest
from jembatan.contracts.matching.rules import LanguageRule, TestRule
from jembatan.contracts.vacancies.values import Floor
from services.matching.domain import language
from services.matching.domain.against import Value
from services.matching.domain.eligibility_case import Case, Finding, add_months, lacking
from services.matching.domain.eligibility_person import in_force


@dataclass(frozen=True, slots=True)
class Demand:
    """One level in one skill, in any of the languages, asked by a floor; `rule` if the programme's."""

    skill: Skill
    level: str
    languages: tuple[str, ...]
    framework: str
    floor: Floor
    rule: LanguageRule | None = None

    def met_by(self, tests: Iterable[LanguageTest]) -> bool:
        return language.reaches(self.framework, self.shown_by(tests), self.level)

    def shown_by(self, tests: Iterable[LanguageTest]) -> str | None:
        return language.best(tests, self.languages, self.framework, self.skill)

    def covers(self, other: Demand) -> bool:
        """Whether who meets this one meets the other too, so that only this one needs to be told."""
        same = (self.skill, self.framework) == (other.skill, other.framework)
        return (
            same
            and set(self.languages) <= set(other.languages)
            and language.reaches(self.framework, self.level, other.level)
        )


def demands(case: Case) -> list[Demand]:
    """Every level that is asked for this vacancy, the programme's first."""
    ours = [rule for rule in case.rules.languages if rule.holds_for(case.vacancy.teer)]
    return [
        *(
            Demand(s, v, r.languages, r.framework, r.floor, r)
            for r in ours
            for s in Skill
            if (v := r.level(s))
        ),
        *(
            Demand(s, v, (language.main(f.language),), f.framework, f.floor)
            for f in case.vacancy.languages
            for s in Skill
            if (v := getattr(f, s.value))
        ),
    ]


def check(case: Case) -> Iterator[Finding]:
    """A finding for each skill in which the highest floor is not met."""
    tests = case.evidence.tests
    in_time = valid(tests, case.rules.tests, case.day)
    strictly = valid(tests, case.rules.tests, case.day, from_memory=True)
    unmet = [one for one in demands(case) if not one.met_by(strictly)]
    for one in _highest(unmet):
        finding = _finding(one, case, strictly)
        yield Finding(finding.reason, finding.refuses and not one.met_by(in_time))


def _highest(unmet: list[Demand]) -> list[Demand]:
    """The demands that no other one covers; of equal ones the first that refuses."""
    refusing_first = sorted(unmet, key=lambda one: one.rule is not None and not one.rule.refuses)
    kept: list[Demand] = []
    for one in refusing_first:
        if any(other.covers(one) for other in kept):
            continue
        kept = [other for other in kept if not (one.covers(other) and _may_hide(one, other))]
        kept.append(one)
    return kept


def _may_hide(one: Demand, other: Demand) -> bool:
    """A rule that only warns never hides a demand that refuses."""
    return not (one.rule and not one.rule.refuses) or bool(other.rule and not other.rule.refuses)


def _finding(one: Demand, case: Case, tests: list[LanguageTest]) -> Finding:
    where = f"{one.framework} {one.level} in {one.skill}, {' or '.join(one.languages)}"
    asked = f"{where}, floor {one.floor}"
    shown = one.shown_by(tests)
    found = f"{one.framework} {shown}" if shown else f"no valid result that gives {one.framework}"
    values: dict[str, Value | None] = {
        "framework": one.framework, "level": one.level, "skill": one.skill.value,
        "languages": one.languages, "floor": one.floor.value, "shown": shown, "day": str(case.day),
    }  # fmt: skip
    past = [test for test in case.evidence.tests if test not in tests and one.met_by([test])]
    if past:
        late = max(past, key=lambda test: test.taken_on)
        found += f"; {late.kind} of {late.taken_on} reached it, and does not count on {case.day}"
        values |= {"test": late.kind, "taken_on": str(late.taken_on)}
    code = "E_TEST_EXPIRED" if past else f"E_LANG_{one.skill.upper()}"
    return lacking(code, "evidence/tests", asked, found, one.rule, **values)


def valid(
    tests: Iterable[LanguageTest], rules: Iterable[TestRule], day: date, *, from_memory: bool = False
) -> list[LanguageTest]:
    """Tests whose results count on the day; `from_memory`: also by rules that only warn."""
    months = {rule.kind: rule.valid_months for rule in rules if rule.refuses or from_memory}
    return [test for test in tests if _counts(test, months.get(test.kind), day)]


def _counts(test: LanguageTest, months: int | None, day: date) -> bool:
    fresh = months is None or day < add_months(test.taken_on, months)
    return fresh and test.taken_on <= day and in_force(test.expires_on, day)
