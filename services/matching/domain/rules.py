"""What a round asks of a programme: for which partnerships it is, who is eligible, how many points."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias

from jembatan.contracts.refusal import Reason

if TYPE_CHECKING:
    from jembatan.contracts.vacancies import VacancyState
    from services.matching.domain.world import CandidateRow


class Rules(Protocol):
    """The rules of one version of a programme. All are pure."""

    @property
    def clearances_needed(self) -> frozenset[str]:
        """Kinds of clearance without which nobody departs."""
        ...

    @property
    def clearances_wished(self) -> frozenset[str]:
        """Kinds that only rules known from memory ask for."""
        ...

    def meant_for(self, partnership: str) -> bool:
        """Whether the programme is for this partnership (by id)."""
        ...

    def against(self, candidate: CandidateRow, vacancy: VacancyState, as_of: datetime) -> tuple[Reason, ...]:
        """Every reason why the candidate may not fill the vacancy, as of an instant; none if eligible."""
        ...

    def tier(self, candidate: CandidateRow, vacancy: str) -> int:
        """The tier of a pair (vacancy by id), from 0: only a selection by the employer sets another."""
        ...

    def score(self, candidate: CandidateRow, as_of: datetime) -> int:
        """The candidate's points, from 0."""
        ...


Programmes: TypeAlias = Mapping[str, Rules]
"""Rules by the programme's version, as `round.announced` names it."""
