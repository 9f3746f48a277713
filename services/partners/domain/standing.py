"""What keeps an opened partnership open: instruments in effect, no listed origin, no order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from jembatan.contracts.deciding import Draft
from jembatan.contracts.model import changed_fields, moment
from jembatan.contracts.partners import (
    Ground,
    GroundKind,
    Instrument,
    PartnershipChanged,
    PartnershipFact,
    PartnershipResumed,
    PartnershipState,
    PartnershipSuspended,
    Phase,
)
from jembatan.contracts.partners.schemes import Scheme
from services.partners.domain.world import Deadline

Registry = Mapping[str, Scheme]

NO_INSTRUMENT = Ground(kind=GroundKind.INSTRUMENT, reason="INSTRUMENT_EXPIRED")
LISTED = Ground(kind=GroundKind.SAFEGUARDS, reason="SAFEGUARDS_LISTED")

LAPSES = "partnership.lapses_on"
ENDS = "partnership.instrument_ends"
STARTS = "partnership.instrument_starts"


def fitting(state: PartnershipState, schemes: Registry) -> list[Instrument]:
    """Its instruments of the kinds that its scheme asks for."""
    scheme = schemes.get(state.scheme)
    return [one for one in state.instruments if scheme and one.kind in scheme.instruments]


def covered(state: PartnershipState, at: datetime, schemes: Registry) -> bool:
    """Whether an instrument that the scheme asks for is in effect, or it asks for none."""
    scheme = schemes.get(state.scheme)
    if scheme is None or not scheme.instruments:
        return True
    return any(one.in_effect(at) for one in fitting(state, schemes))


def forbidden(state: PartnershipState, schemes: Registry) -> bool:
    """Whether the last safeguards check forbids it: a listed origin, and governments did not agree on it."""
    scheme = schemes.get(state.scheme)
    listed = state.safeguards is not None and state.safeguards.listed
    return listed and not (scheme and scheme.safeguarded)


def settled(state: PartnershipState, at: datetime, schemes: Registry) -> PartnershipState:
    """As it stands at this time: an opened partnership is suspended if there is a ground, else open."""
    if not state.phase.opened:
        return state
    grounds = [one for one in state.grounds if one.kind is GroundKind.ORDER]
    grounds += [] if covered(state, at, schemes) else [NO_INSTRUMENT]
    grounds += [LISTED] if forbidden(state, schemes) else []
    change = {
        "phase": Phase.SUSPENDED if grounds else Phase.OPEN,
        "suspended_for": grounds[0].reason if grounds else None,
        "grounds": tuple(grounds),
    }
    return state.model_copy(update=change)


def next_deadline(state: PartnershipState, at: datetime, schemes: Registry) -> Deadline | None:
    """What will happen to it by itself next, as seen at this time."""
    if state.phase.ended:
        return None
    if not state.phase.opened:
        return Deadline(LAPSES, moment(state.lapses_on)) if state.lapses_on else None
    instruments = fitting(state, schemes)
    if not covered(state, at, schemes):
        starts = [one.starts for one in instruments if one.starts > at]
        return Deadline(STARTS, min(starts)) if starts else None
    ends = [one.ends for one in instruments if one.ends is not None and one.ends > at]
    gaps = [end for end in ends if not covered(state, end, schemes)]
    return Deadline(ENDS, min(gaps)) if gaps else None


def moved(before: PartnershipState, after: PartnershipState) -> tuple[Draft, ...]:
    """The fact, if any, that leads from one standing to the other."""
    if before == after:
        return ()
    if after.phase is Phase.SUSPENDED and set(after.grounds) - set(before.grounds):
        return (draft("partnership.suspended", PartnershipSuspended, before, after),)
    if before.phase is Phase.SUSPENDED and after.phase is Phase.OPEN:
        return (draft("partnership.resumed", PartnershipResumed, before, after),)
    return (draft("partnership.changed", PartnershipChanged, before, after),)


def draft(
    name: str,
    model: type[PartnershipFact],
    before: PartnershipState | None,
    after: PartnershipState,
    **more: object,
) -> Draft:
    """A fact of a partnership."""
    data = {"state": after, "changed": changed_fields(before, after), **more}
    return Draft(name, after.id, model.model_validate(data))
