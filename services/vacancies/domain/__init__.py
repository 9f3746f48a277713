"""The rules of vacancies: what a report, another service's fact or a deadline leads to. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import BaseModel

from jembatan.contracts.deciding import Decided, Draft, Input, InputKind, Outcome
from jembatan.contracts.matching.placements import PlacementFact
from jembatan.contracts.partners import PartnershipFact, PartnershipState
from jembatan.contracts.vacancies import VacancyFact
from services.vacancies.domain import filling, orders, standing
from services.vacancies.domain.checks import Rules
from services.vacancies.domain.world import World

__all__ = ["Rules", "VacanciesDomain", "World"]

Rule = Callable[[World, Input, Rules], Outcome]

REPORTS: Mapping[str, Rule] = {
    "job_order.submitted": orders.submit,
    "job_order.verified": orders.verify,
    "job_order.rejected": orders.turn_down,
    "job_order.amended": orders.amend,
    "job_order.withdrawn": orders.withdraw,
}


class VacanciesDomain:
    """Decides by the programmes' rules; `rules` gives those for a partnership's id."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def decide(self, world: World, item: Input) -> Outcome:
        """A report gives facts or all reasons against it; another's fact or a deadline what follows."""
        if item.kind is InputKind.REPORT:
            return REPORTS[item.type](world, item, self._rules)
        if item.kind is InputKind.FACT and isinstance(item.data, PlacementFact):
            return filling.hear(world, item)
        if item.kind is InputKind.FACT:
            return self._follow(world, item)
        return _past(world, item)

    def _follow(self, world: World, item: Input) -> Decided:
        """Every live vacancy of a partnership follows its phase; the copy of the partnership is kept."""
        data: PartnershipFact = item.data
        before = world.partnerships.get(data.state.id)
        if before is not None and before.phase is data.state.phase:
            return Decided(notes=(data.state,))
        rules = self._rules(data.state.id)
        facts = [
            fact
            for state in world.live_under(data.state.id)
            for fact in standing.follow(state, data.state, rules, item.at)
        ]
        return Decided(tuple(facts), (data.state,))

    def evolve(self, world: World, change: Draft | BaseModel, item: Input) -> None:
        """Put a fact's state, or the copy of a partnership, into the world."""
        if isinstance(change, PartnershipState):
            world.partnerships[change.id] = change
            world.touched_partnerships.add(change.id)
        elif isinstance(change, Draft) and isinstance(change.data, VacancyFact):
            world.add(change.data.state)
            world.touched_vacancies.add(change.subject)


def _past(world: World, item: Input) -> Decided:
    """A vacancy's `closes_on` has passed; nothing happens if it ended or was put off."""
    state = world.vacancies.get(item.subject)
    if state is None or not state.phase.live or state.closes_on > item.at:
        return Decided()
    return Decided((standing.past(state),))
