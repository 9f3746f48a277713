"""Placements: from the signed contract over clearances, departure and arrival to the end and the return.

The seat that an accepted offer holds stays taken by who starts work, and is given back by any end before,
once. A report is a step: in which phases it can be made, what else must hold, and what comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from jembatan.contracts.deciding import Decided, Draft, Input, Outcome, Refused
from jembatan.contracts.matching.offers import OfferState
from jembatan.contracts.matching.placement_values import (
    EndedFor,
    PlacementAside,
    PlacementPhase,
    PlacementState,
    RefusedClearance,
    WhyEnded,
)
from jembatan.contracts.matching.placements import (
    PlacementClearanceGranted,
    PlacementClearanceRefused,
    PlacementCleared,
    PlacementContracted,
    PlacementDeparted,
    PlacementEnded,
    PlacementFact,
    PlacementReturned,
    PlacementStarted,
)
from jembatan.contracts.model import Id, Model, changed_fields
from jembatan.contracts.refusal import Reason
from services.matching.domain import caps, placements_refusing, refusing
from services.matching.domain.placements_refusing import Clearing
from services.matching.domain.world import PlacementRow, World

P = PlacementPhase
BEFORE_DEPARTURE = (P.CONTRACTED, P.CLEARED)
BEFORE_WORK = (*BEFORE_DEPARTURE, P.DEPARTED)
NOTHING_ASIDE = PlacementAside()


class CalledOff(Model):
    """A private change: why the contract of an offer was cancelled before it was signed."""

    offer: Id
    why: WhyEnded


class AsideKept(Model):
    """A private change: what is kept beside a placement, as it stands now."""

    placement: Id
    aside: PlacementAside


@dataclass(frozen=True, slots=True)
class Case:
    """A report of a placement that there is. `rules` is None if the round's programme is not installed."""

    world: World
    row: PlacementRow
    item: Input
    rules: Clearing | None

    @property
    def state(self) -> PlacementState:
        return self.row.state

    @property
    def data(self) -> Any:  # noqa: ANN401
        return self.item.data


@dataclass(frozen=True, slots=True)
class Step:
    """What a report needs and does; `needed` says the phases in words."""

    phases: tuple[PlacementPhase, ...]
    needed: str
    faults: Callable[[Case], Iterable[Reason]]
    known: Callable[[Case], bool]
    take: Callable[[Case], Decided]


def sign(world: World, item: Input, rules: Clearing | None) -> Outcome:
    """The contract of an accepted offer is signed; who needs no clearance is cleared at once."""
    offer = world.offers.get(item.subject)
    if offer is None:
        return Refused((refusing.unknown(item, "offer"),))
    if reasons := tuple(placements_refusing.against_contract(world, offer, item, rules)):
        return Refused(reasons)
    assert rules is not None
    state = _contracted(world, offer, item.data.signed_on, rules)
    contracted = _told("placement.contracted", PlacementContracted, None, state)
    return Decided((contracted, *_cleared(state)))


def _contracted(world: World, offer: OfferState, signed_on: date, rules: Clearing) -> PlacementState:
    shared = ("id", "round", "candidate", "vacancy", "partnership")
    return PlacementState(
        **{name: getattr(offer, name) for name in shared},
        employer=world.vacancies[offer.vacancy].employer,
        phase=P.CONTRACTED,
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


def _grant(case: Case) -> Decided:
    kind = case.data.kind
    after = _after(case.state, granted=tuple(sorted({*case.state.granted, kind})))
    granted = _told("placement.clearance_granted", PlacementClearanceGranted, case.state, after, kind=kind)
    return Decided((granted, *(_cleared(after) if after.phase is P.CONTRACTED else ())))


def _cleared(state: PlacementState) -> tuple[Draft, ...]:
    if not set(state.needed) <= set(state.granted):
        return ()
    return (_told("placement.cleared", PlacementCleared, state, _after(state, phase=P.CLEARED)),)


def _refuse(case: Case) -> Decided:
    data, state = case.data, case.state
    granted = tuple(kind for kind in state.granted if kind != data.kind)
    phase = P.CONTRACTED if data.kind in state.needed else state.phase
    after = _after(state, granted=granted, refusals=state.refusals + 1, phase=phase)
    told = _told("placement.clearance_refused", PlacementClearanceRefused, state, after)
    refused = RefusedClearance(
        kind=data.kind, reason=data.reason, note=data.note, final=data.final, at=case.item.at
    )
    note = _aside(case, refused=(*case.row.aside.refused, refused))
    final = data.final and data.kind in state.needed
    ended = end(case.world, after, EndedFor.CLEARANCE_REFUSED, day(case.item.at)) if final else ()
    return Decided((told, *ended), (note,))


def _depart(case: Case) -> Decided:
    wished = case.rules.clearances_wished if case.rules else frozenset()
    without = tuple(sorted(wished - set(case.state.granted)))
    after = _after(case.state, phase=P.DEPARTED, departed_on=case.data.departed_on)
    return Decided((_told("placement.departed", PlacementDeparted, case.state, after, without=without),))


def _arrive(case: Case) -> Decided:
    after = _after(case.state, phase=P.STARTED, arrived_on=case.data.arrived_on)
    return Decided((_told("placement.started", PlacementStarted, case.state, after),))


def _end(case: Case) -> Decided:
    data = case.data
    facts = end(case.world, case.state, EndedFor(data.how), data.ended_on)
    return Decided(facts, (ended_aside(case.row, case.item),))


def _return(case: Case) -> Decided:
    after = _after(case.state, phase=P.RETURNED, returned_on=case.data.returned_on)
    return Decided((_told("placement.returned", PlacementReturned, case.state, after),))


def end(world: World, state: PlacementState, why: EndedFor, on: date) -> tuple[Draft, ...]:
    """`placement.ended`; before work started, also the seats that are free again."""
    before_work = state.phase in BEFORE_WORK
    update = {"phase": P.ENDED, "ended_on": on, "ended_for": why}
    after = _after(state, **update, seat_held=state.seat_held and not before_work)
    told = _told("placement.ended", PlacementEnded, state, after)
    freed = caps.given_back(world, state.round, state.partnership) if before_work else ()
    return told, *freed


def why_ended(item: Input) -> WhyEnded:
    """Why something ended, as it was reported: for the candidate alone."""
    return WhyEnded(reason=item.data.reason, note=item.data.note, at=item.at)


def ended_aside(row: PlacementRow, item: Input) -> AsideKept:
    """What is kept beside a placement that ends."""
    aside = row.aside.model_copy(update={"ended": why_ended(item)})
    return AsideKept(placement=row.state.id, aside=aside)


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


def day(at: datetime) -> date:
    """The day of an instant, in UTC."""
    return at.astimezone(UTC).date()


def _after(state: PlacementState, **changes: object) -> PlacementState:
    return state.model_copy(update=changes)


def _told(
    name: str,
    fact: type[PlacementFact],
    before: PlacementState | None,
    after: PlacementState,
    **more: object,
) -> Draft:
    changed = changed_fields(before, after)
    return Draft(name, after.id, fact.model_validate({"state": after, "changed": changed, **more}))


def _aside(case: Case, **changes: object) -> AsideKept:
    return AsideKept(placement=case.state.id, aside=case.row.aside.model_copy(update=changes))


def _same(phase: PlacementPhase, field: str) -> Callable[[Case], bool]:
    """Whether the placement is in the phase that a report leads to, with the day that it gives."""
    return lambda case: case.state.phase is phase and getattr(case.state, field) == getattr(case.data, field)


def _refused_alike(case: Case) -> bool:
    if case.data.kind in case.state.granted:
        return False
    of_kind = [one for one in case.row.aside.refused if one.kind == case.data.kind]
    last = of_kind[-1] if of_kind else None
    return last is not None and (last.reason, last.final) == (case.data.reason, case.data.final)


def _ended_alike(case: Case) -> bool:
    return _same(P.ENDED, "ended_on")(case) and case.state.ended_for == EndedFor(case.data.how)


STEPS: dict[str, Step] = {
    "clearance.granted": Step(
        BEFORE_DEPARTURE,
        "clearances are granted between contract and departure",
        placements_refusing.unknown_kind,
        lambda case: case.data.kind in case.state.granted,
        _grant,
    ),
    "clearance.refused": Step(
        BEFORE_DEPARTURE,
        "clearances are refused between contract and departure",
        placements_refusing.unknown_kind,
        _refused_alike,
        _refuse,
    ),
    "departure.recorded": Step(
        (P.CLEARED,),
        "only who has every clearance that is needed departs",
        placements_refusing.bad_departure,
        _same(P.DEPARTED, "departed_on"),
        _depart,
    ),
    "arrival.recorded": Step(
        (P.DEPARTED,),
        "only who has departed arrives",
        placements_refusing.bad_arrival,
        _same(P.STARTED, "arrived_on"),
        _arrive,
    ),
    "employment.ended": Step(
        (*BEFORE_WORK, P.STARTED),
        "it is over already",
        placements_refusing.bad_end,
        _ended_alike,
        _end,
    ),
    "return.recorded": Step(
        (P.ENDED,),
        "who returns has departed, and the employment has ended; report employment.ended first",
        placements_refusing.bad_return,
        _same(P.RETURNED, "returned_on"),
        _return,
    ),
}
