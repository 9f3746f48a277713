"""Copies of what other services have decided: partnerships, vacancies, caps.

They count from when they are read. A fact of theirs changes only the copy here; what a frozen round has
fixed stays as it is. A cap also tells its usage anew, for it may be over now, or have room again; with a
vacancy that is withdrawn and a partnership that is closed the offers end that have no contract.
"""

from __future__ import annotations

from jembatan.contracts.deciding import Decided, Input
from jembatan.contracts.model import State
from jembatan.contracts.partners import CapState, PartnershipState
from jembatan.contracts.vacancies import VacancyState
from services.matching.domain import caps, ending
from services.matching.domain.world import World

COPIED = (PartnershipState, VacancyState, CapState)


def hear(world: World, item: Input) -> Decided:
    """Another service's fact: copy the state that it carries."""
    state: State = item.data.state
    facts = caps.usage_facts(world, (state,), {}) if isinstance(state, CapState) else ()
    return Decided(facts=facts, notes=(state,), jobs=ending.jobs(state, item.at))


def evolve(world: World, state: State) -> None:
    """Keep the copy."""
    if isinstance(state, PartnershipState):
        world.put_partnership(state)
    elif isinstance(state, VacancyState):
        world.put_vacancy(state)
    elif isinstance(state, CapState):
        world.put_cap(state)
    else:
        raise TypeError(f"matching keeps no copy of a {type(state).__name__}")
