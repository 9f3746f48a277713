"""What became of an accepted offer: contract, clearances, departure, work, end, return. Pure.

Why a clearance was refused and why something ended is told to the candidate alone, as it was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from cli.explain.messages import Message, Value, tell
from jembatan.contracts.matching.placement_values import (
    PlacementAside,
    PlacementPhase,
    PlacementState,
    RefusedClearance,
    WhyEnded,
)


def placed(state: PlacementState, aside: PlacementAside) -> Iterator[Message]:
    """The sentences about a placement, in the order in which things happened."""
    yield tell("Your contract was signed on {signed_on}.", signed_on=state.signed_on.isoformat())
    yield from (_refused(one) for one in aside.refused if one.kind not in state.granted)
    if state.phase is PlacementPhase.CONTRACTED:
        missing = tuple(kind for kind in state.needed if kind not in state.granted)
        yield tell("Before you can depart, this is still needed: {clearances}.", clearances=missing)
    elif state.phase is PlacementPhase.CLEARED:
        yield tell("You have every clearance that is needed, and can depart.")
    yield from _days(state)
    if state.ended_on is not None:
        yield from _over(state, aside)


def _refused(one: RefusedClearance) -> Message:
    recorded = _recorded(one.reason, one.note)
    values: dict[str, Value] = {"clearance": one.kind, "at": one.at.isoformat(), "code": recorded}
    if one.final:
        return tell(
            "The clearance {clearance} was refused on {at}, and the refusal is final. "
            "Reason on record: {code}",
            values,
        )
    return tell(
        "The clearance {clearance} was refused on {at}; it can be granted still. Reason on record: {code}",
        values,
    )


def _days(state: PlacementState) -> Iterator[Message]:
    if state.departed_on is not None:
        yield tell("You departed on {departed_on}.", departed_on=_iso(state.departed_on))
    if state.arrived_on is not None:
        yield tell("You arrived and started work on {arrived_on}.", arrived_on=_iso(state.arrived_on))


def _over(state: PlacementState, aside: PlacementAside) -> Iterator[Message]:
    assert state.ended_on is not None
    yield tell(
        "It ended on {ended_on}: {ended_for}.",
        ended_on=_iso(state.ended_on),
        ended_for=str(state.ended_for or "OTHER"),
    )
    if aside.ended is not None:
        yield why(aside.ended)
    if state.returned_on is not None:
        yield tell("You returned on {returned_on}.", returned_on=_iso(state.returned_on))


def why(ended: WhyEnded) -> Message:
    """The reason of an end, as it was reported."""
    return tell("Reason on record: {code}", code=_recorded(ended.reason, ended.note))


def _recorded(code: str, note: str | None) -> str:
    return f"{code}. {note}" if note else f"{code}."


def _iso(day: date) -> str:
    return day.isoformat()
