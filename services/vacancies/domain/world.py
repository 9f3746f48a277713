"""What a decision of vacancies sees and changes."""

from __future__ import annotations

from dataclasses import dataclass, field

from jembatan.contracts.partners import PartnershipState
from jembatan.contracts.vacancies import VacancyState


@dataclass(slots=True)
class World:
    """The vacancies that the inputs touch, and copies of the partnerships that they are under.

    For a partnership whose phase changes, all its live vacancies are there. What `evolve` put there is
    named in `touched_vacancies` and `touched_partnerships`, to be saved.
    """

    vacancies: dict[str, VacancyState] = field(default_factory=dict)
    under: dict[str, set[str]] = field(default_factory=dict)
    partnerships: dict[str, PartnershipState] = field(default_factory=dict)
    touched_vacancies: set[str] = field(default_factory=set)
    touched_partnerships: set[str] = field(default_factory=set)

    def add(self, state: VacancyState) -> None:
        self.vacancies[state.id] = state
        self.under.setdefault(state.partnership, set()).add(state.id)

    def live_under(self, partnership: str) -> list[VacancyState]:
        """Its vacancies that have not ended, by id."""
        states = (self.vacancies[one] for one in sorted(self.under.get(partnership, ())))
        return [state for state in states if state.phase.live]
