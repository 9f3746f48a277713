"""A programme as rounds and rosters use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from jembatan.contracts.matching.rules import MatchingRules
from jembatan.contracts.matching.rules_employers import SelectionRule
from jembatan.contracts.refusal import Reason
from jembatan.contracts.vacancies import VacancyState
from services.matching.domain import selecting
from services.matching.domain.eligibility import eligibility, warnings
from services.matching.domain.eligibility_case import add_months
from services.matching.domain.points import points
from services.matching.domain.world import CandidateRow


@dataclass(frozen=True, slots=True)
class ProgrammeRules:
    """The rules of one version of a programme, pure; `programme` is what its file says."""

    programme: MatchingRules

    def meant_for(self, partnership: str) -> bool:
        """Whether the programme is for this partnership (by id)."""
        return self.programme.meant_for(partnership)

    def against(self, candidate: CandidateRow, vacancy: VacancyState, as_of: datetime) -> tuple[Reason, ...]:
        """Every reason why the candidate may not fill the vacancy, as of an instant; none if eligible."""
        return eligibility(candidate, vacancy, self.programme, as_of)

    def warnings(self, candidate: CandidateRow, vacancy: VacancyState, as_of: datetime) -> tuple[Reason, ...]:
        """What rules known from memory only would ask besides."""
        return warnings(candidate, vacancy, self.programme, as_of)

    def tier(self, candidate: CandidateRow, vacancy: str) -> int:
        """The tier of a pair, by the employer's selection."""
        return selecting.tier(self.programme.selection, candidate.evidence, vacancy)

    @property
    def selection(self) -> SelectionRule:
        """How employers select."""
        return self.programme.selection

    def score(self, candidate: CandidateRow, as_of: datetime) -> int:
        """The candidate's points, from 0."""
        return points(candidate, self.programme, as_of)

    @property
    def clearances_needed(self) -> frozenset[str]:
        """Kinds of clearance without which nobody departs."""
        return frozenset(one.kind for one in self.programme.placement.clearances if one.refuses)

    @property
    def clearances_wished(self) -> frozenset[str]:
        """Kinds that only rules known from memory ask for."""
        return frozenset(one.kind for one in self.programme.placement.clearances if not one.refuses)

    def roster_ends(self, at: datetime) -> datetime:
        """The last instant in the roster of who enters it at `at`: the same time of day, months later."""
        starts = at.astimezone(UTC)
        return datetime.combine(add_months(starts.date(), self.programme.roster.months), starts.timetz())

    @property
    def max_preferences(self) -> int:
        """The most vacancies that a list of preferences may hold."""
        return self.programme.round.max_preferences


def programme_rules(programmes: Mapping[str, MatchingRules]) -> dict[str, ProgrammeRules]:
    """The rules of every programme, by its name and version."""
    return {name: ProgrammeRules(programme) for name, programme in programmes.items()}
