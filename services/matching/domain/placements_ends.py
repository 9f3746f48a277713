"""What a placement's facts are made of, how it ends, and what is kept beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from jembatan.contracts.deciding import Draft, Input
from jembatan.contracts.matching.placement_values import (
    EndedFor,
    PlacementAside,
    PlacementPhase,
    PlacementState,
    WhyEnded,
)
from jembatan.contracts.matching.placements import PlacementCleared, PlacementEnded, PlacementFact
from jembatan.contracts.model import Id, Model, changed_fields
from services.matching.domain import caps
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


def cleared(state: PlacementState) -> tuple[Draft, ...]:
    if not set(state.needed) <= set(state.granted):
        return ()
    return (told("placement.cleared", PlacementCleared, state, after(state, phase=P.CLEARED)),)


def end(world: World, state: PlacementState, why: EndedFor, on: date) -> tuple[Draft, ...]:
    """`placement.ended`; before work started, also the seats that are free again."""
    before_work = state.phase in BEFORE_WORK
    update = {"phase": P.ENDED, "ended_on": on, "ended_for": why}
    over = after(state, **update, seat_held=state.seat_held and not before_work)
    fact = told("placement.ended", PlacementEnded, state, over)
    freed = caps.given_back(world, state.round, state.partnership) if before_work else ()
    return fact, *freed


def why_ended(item: Input) -> WhyEnded:
    """Why something ended, as it was reported: for the candidate alone."""
    return WhyEnded(reason=item.data.reason, note=item.data.note, at=item.at)


def ended_aside(row: PlacementRow, item: Input) -> AsideKept:
    """What is kept beside a placement that ends."""
    aside = row.aside.model_copy(update={"ended": why_ended(item)})
    return AsideKept(placement=row.state.id, aside=aside)


def day(at: datetime) -> date:
    """The day of an instant, in UTC."""
    return at.astimezone(UTC).date()


def after(state: PlacementState, **changes: object) -> PlacementState:
    return state.model_copy(update=changes)


def told(
    name: str,
    fact: type[PlacementFact],
    before: PlacementState | None,
    after: PlacementState,
    **more: object,
) -> Draft:
    changed = changed_fields(before, after)
    return Draft(name, after.id, fact.model_validate({"state": after, "changed": changed, **more}))
