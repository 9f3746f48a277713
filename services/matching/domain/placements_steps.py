"""The steps of a placement after its contract: in which phases each can be made, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from jembatan.contracts.deciding import Decided, Input
from jembatan.contracts.matching.placement_values import (
    EndedFor,
    PlacementPhase,
    PlacementState,
    RefusedClearance,
)
from jembatan.contracts.matching.placements import (
    PlacementClearanceGranted,
    PlacementClearanceRefused,
    PlacementDeparted,
    PlacementReturned,
    PlacementStarted,
)
from jembatan.contracts.refusal import Reason
from services.matching.domain import placements_refusing
from services.matching.domain.placements_ends import (
    BEFORE_DEPARTURE,
    BEFORE_WORK,
    AsideKept,
    after,
    cleared,
    day,
    end,
    ended_aside,
    told,
)
from services.matching.domain.placements_refusing import Clearing
from services.matching.domain.world import PlacementRow, World

P = PlacementPhase


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


def _grant(case: Case) -> Decided:
    kind = case.data.kind
    later = after(case.state, granted=tuple(sorted({*case.state.granted, kind})))
    granted = told("placement.clearance_granted", PlacementClearanceGranted, case.state, later, kind=kind)
    return Decided((granted, *(cleared(later) if later.phase is P.CONTRACTED else ())))


def _refuse(case: Case) -> Decided:
    data, state = case.data, case.state
    granted = tuple(kind for kind in state.granted if kind != data.kind)
    phase = P.CONTRACTED if data.kind in state.needed else state.phase
    later = after(state, granted=granted, refusals=state.refusals + 1, phase=phase)
    fact = told("placement.clearance_refused", PlacementClearanceRefused, state, later)
    refused = RefusedClearance(
        kind=data.kind, reason=data.reason, note=data.note, final=data.final, at=case.item.at
    )
    note = _aside(case, refused=(*case.row.aside.refused, refused))
    final = data.final and data.kind in state.needed
    ended = end(case.world, later, EndedFor.CLEARANCE_REFUSED, day(case.item.at)) if final else ()
    return Decided((fact, *ended), (note,))


def _depart(case: Case) -> Decided:
    wished = case.rules.clearances_wished if case.rules else frozenset()
    without = tuple(sorted(wished - set(case.state.granted)))
    later = after(case.state, phase=P.DEPARTED, departed_on=case.data.departed_on)
    return Decided((told("placement.departed", PlacementDeparted, case.state, later, without=without),))


def _arrive(case: Case) -> Decided:
    later = after(case.state, phase=P.STARTED, arrived_on=case.data.arrived_on)
    return Decided((told("placement.started", PlacementStarted, case.state, later),))


def _end(case: Case) -> Decided:
    data = case.data
    facts = end(case.world, case.state, EndedFor(data.how), data.ended_on)
    return Decided(facts, (ended_aside(case.row, case.item),))


def _return(case: Case) -> Decided:
    later = after(case.state, phase=P.RETURNED, returned_on=case.data.returned_on)
    return Decided((told("placement.returned", PlacementReturned, case.state, later),))


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
