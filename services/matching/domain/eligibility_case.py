"""One question of eligibility: this candidate, this vacancy, under this programme, as of this instant."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from jembatan.contracts.matching.candidates import CandidateState, Evidence
from jembatan.contracts.matching.rules import EligibilityRules, MatchingRules
from jembatan.contracts.vacancies import VacancyState
from jembatan.contracts.vacancies.rules import Rule
from services.matching.domain.against import Against, Value
from services.matching.domain.world import CandidateRow

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Case:
    """Whom and what a check looks at. Days are days in UTC."""

    row: CandidateRow
    vacancy: VacancyState
    programme: MatchingRules
    as_of: datetime

    @property
    def state(self) -> CandidateState:
        return self.row.state

    @property
    def evidence(self) -> Evidence:
        return self.row.evidence

    @property
    def rules(self) -> EligibilityRules:
        return self.programme.eligibility

    @property
    def day(self) -> date:
        return self.as_of.astimezone(UTC).date()

    @property
    def occupations(self) -> tuple[str, ...]:
        """The vacancy's occupation, and those that count for it."""
        wanted = self.vacancy.isco08
        related = (one.counts for one in self.rules.related if one.isco08 == wanted)
        return (wanted, *(code for codes in related for code in codes))


@dataclass(frozen=True, slots=True)
class Finding:
    """Something asked for and not shown; `refuses` is false if the rule is known from memory only."""

    reason: Against
    refuses: bool = True


def lacking(
    code: str, where: str, asked: str, found: str, rule: Rule | None = None, **values: Value | None
) -> Finding:
    """A finding: what was asked, on which ground if a rule asks, and what is shown instead.

    `where` is the place in the candidate's row, as evidence/tests. `values` say the same as asked and found,
    for whoever tells it in another language: days and instants as ISO 8601, what is not there left out.
    """
    ground = f" ({rule.basis})" if rule else ""
    detail = f"Asked: {asked}{ground}. Found: {found}."
    values["basis"] = rule.basis if rule else None
    told = {name: value for name, value in values.items() if value is not None}
    reason = Against(code=code, pointer=f"/{where}", detail=detail, values=told)
    return Finding(reason, not rule or rule.refuses)


def said(items: Iterable[str], nothing: str = "none") -> str:
    """A list in words."""
    return ", ".join(items) or nothing


def add_months(day: date, months: int) -> date:
    """The same day so many months later (earlier, if negative), or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, MONTHS)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def completed_years(birth: date, day: date) -> int:
    """Age in completed years. Who was born on 29 February is a year older from 1 March on in common years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
