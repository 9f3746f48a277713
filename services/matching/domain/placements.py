"""Placements: from the signed contract over clearances, departure and arrival to the end and the return.

The seat that an accepted offer holds stays taken by who starts work, and is given back by any end before,
once. A report is a step: in which phases it can be made, what else must hold, and what comes of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from jembatan.contracts.deciding import Decided, Input, Outcome, Refused
from jembatan.contracts.matching.offers import OfferState
from jembatan.contracts.matching.placement_values import PlacementPhase, PlacementState
from jembatan.contracts.matching.placements import PlacementContracted, PlacementFact
from jembatan.contracts.refusal import Reason
from services.matching.domain import placements_refusing, refusing
from services.matching.domain.placements_ends import (
    NOTHING_ASIDE,
    AsideKept,
    CalledOff,
    cleared,
    told,
)
from services.matching.domain.placements_refusing import Clearing
from services.matching.domain.placements_steps import STEPS, Case, Step
from services.matching.domain.world import PlacementRow, World


def sign(world: World, item: Input, rules: Clearing | None) -> Outcome:
    """The contract of an accepted offer is signed; who needs no clearance is cleared at once."""
    offer = world.offers.get(item.subject)
    if offer is None:
        return Refused((refusing.unknown(item, "offer"),))
    if reasons := tuple(placements_refusing.against_contract(world, offer, item, rules)):
        return Refused(reasons)
    assert rules is not None
    state = _contracted(world, offer, item.data.signed_on, rules)
    contracted = told("placement.contracted", PlacementContracted, None, state)
    return Decided((contracted, *cleared(state)))


def _contracted(world: World, offer: OfferState, signed_on: date, rules: Clearing) -> PlacementState:
    shared = ("id", "round", "candidate", "vacancy", "partnership")
    return PlacementState(
        **{name: getattr(offer, name) for name in shared},
        employer=world.vacancies[offer.vacancy].employer,
        phase=PlacementPhase.CONTRACTED,
        seat_held=True,
        needed=tuple(sorted(rules.clearances_needed)),
        signed_on=signed_on,
    )


def step(world: World, item: Input, rules: Clearing | None) -> Outcome:
    """What a report of a placement leads to, by `STEPS`."""
    offer, row = world.offers.get(item.subject), world.placements.get(item.subject)
    if offer is None:
        return Refused((refusing.unknown(item, "offer"),))
    rights = placements_refusing.rights(world, offer, item)
    if row is None:
        return Refused((*rights, placements_refusing.no_contract(offer)))
    case, todo = Case(world, row, item, rules), STEPS[item.type]
    reasons = (*rights, *_of_phase(case, todo), *todo.faults(case))
    return Refused(reasons) if reasons else todo.take(case)


def _of_phase(case: Case, todo: Step) -> Iterable[Reason]:
    if todo.known(case):
        yield refusing.no_change("All that is reported is known already.")
    elif case.state.phase not in todo.phases:
        yield refusing.wrong_state("placement", case.state.id, case.state.phase, todo.needed)


def evolve(world: World, data: PlacementFact | AsideKept | CalledOff) -> None:
    """Apply a fact about a placement, the seat with it, or what is kept aside."""
    if isinstance(data, CalledOff):
        world.called_off[data.offer] = data.why
        return
    if isinstance(data, AsideKept):
        world.put_placement(PlacementRow(world.placements[data.placement].state, data.aside))
        return
    state, before = data.state, world.placements.get(data.state.id)
    if (before is None or before.state.seat_held) and not state.seat_held:
        world.add_seats(state.round, state.partnership, -1)
    world.put_placement(PlacementRow(state, before.aside if before else NOTHING_ASIDE))
