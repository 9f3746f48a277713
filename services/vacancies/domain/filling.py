"""Openings that are filled: each placement that started work fills one, for good."""

from __future__ import annotations

from jembatan.contracts.deciding import Decided, Draft, Input
from jembatan.contracts.matching.placements import PlacementStarted
from jembatan.contracts.vacancies import Phase, VacancyChanged, VacancyFilled, VacancyOutcome, VacancyState
from services.vacancies.domain.standing import draft, outcome
from services.vacancies.domain.world import World

TAKEN_BACK = (Phase.WITHDRAWN, Phase.REJECTED, Phase.FILLED)
"""Phases that no start of work ends: what was taken back or turned down stays so, and only counts on."""


def hear(world: World, item: Input) -> Decided:
    """A placement's fact: only that work started says something of its vacancy."""
    if not isinstance(item.data, PlacementStarted):
        return Decided()
    state = world.vacancies.get(item.data.state.vacancy)
    return Decided((_one_more(state),)) if state is not None else Decided()


def _one_more(state: VacancyState) -> Draft:
    counted = state.model_copy(update={"filled": state.filled + 1})
    if full := filled(state, counted):
        return full
    if state.outcome is not None:
        counted = counted.model_copy(update={"outcome": outcome(counted)})
    return draft("vacancy.changed", VacancyChanged, state, counted)


def filled(before: VacancyState, after: VacancyState) -> Draft | None:
    """`vacancy.filled` from `before` on, if in `after` as many started work as there are openings."""
    if after.filled < after.openings or before.phase in TAKEN_BACK:
        return None
    update = {"phase": Phase.FILLED, "waits_for": (), "outcome": VacancyOutcome.FILLED}
    return draft("vacancy.filled", VacancyFilled, before, after.model_copy(update=update))
