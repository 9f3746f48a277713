"""Opening a partnership, and what stops or ends it: orders and their lifting."""

from __future__ import annotations

from datetime import datetime

from jembatan.codes import isic
from jembatan.contracts.deciding import Input, Outcome, Refused
from jembatan.contracts.partners import (
    ClosureOrdered,
    Ground,
    GroundKind,
    PartnershipClosed,
    PartnershipOpened,
    PartnershipState,
    Phase,
    Safeguards,
    SafeguardsState,
    SuspensionOrdered,
)
from jembatan.contracts.refusal import Reason
from services.partners.domain.capping import cap_at
from services.partners.domain.reasons import answer, no_change, reason, wrong_state
from services.partners.domain.registering import live
from services.partners.domain.standing import Registry, covered, draft, fitting, forbidden, moved, settled
from services.partners.domain.world import World

BEFORE_OPENING = (Phase.REGISTERED, Phase.LETTER_OF_INTENT, Phase.AGREEMENT)


def request_opening(world: World, item: Input, schemes: Registry) -> Outcome:
    """Open, if an instrument is in effect, a cap is declared, and in health the origin is checked."""
    state, reasons = live(world, item, *BEFORE_OPENING, needed="only one that is not open yet can be opened")
    if state is None:
        return Refused(tuple(reasons))
    change = {
        "phase": Phase.OPEN,
        "cap": cap_at(world.caps_of(state.id), item.at),
        "safeguards": checked(state, world.safeguards, item.at),
    }
    after = state.model_copy(update=change)
    if state.phase in BEFORE_OPENING:
        reasons += [
            *_instruments(state, item.at, schemes),
            *_cap(world, after),
            *_safeguards(after, schemes),
        ]
    return answer(reasons, draft("partnership.opened", PartnershipOpened, state, after))


def _instruments(state: PartnershipState, at: datetime, schemes: Registry) -> list[Reason]:
    scheme = schemes.get(state.scheme)
    if scheme is None:
        return [reason("UNKNOWN_SCHEME", f"The scheme {state.scheme} is not in the registry any more.")]
    if covered(state, at, schemes):
        return []
    kinds = ", ".join(scheme.instruments)
    signed = fitting(state, schemes)
    if not signed:
        detail = f"The scheme {scheme.code} needs one of {kinds} before opening; none is signed."
        return [reason("INSTRUMENT_MISSING", detail)]
    if any(one.starts > at for one in signed):
        first = min(one.effective_on for one in signed if one.starts > at)
        return [reason("INSTRUMENT_NOT_EFFECTIVE", f"The instrument takes effect on {first}, not before.")]
    return [reason("INSTRUMENT_EXPIRED", f"The last instrument has expired; report a new one of {kinds}.")]


def _cap(world: World, state: PartnershipState) -> list[Reason]:
    if state.cap is not None:
        return []
    periods = [f"from {one.period_start} to before {one.period_end}" for one in world.caps_of(state.id)]
    known = f" Declared: {'; '.join(periods)}." if periods else ""
    detail = f"No cap is declared for now; report cap.set for {state.id} with a number, or null for none."
    return [reason("CAP_NOT_DECLARED", detail + known)]


def _safeguards(state: PartnershipState, schemes: Registry) -> list[Reason]:
    if not isic.is_health(state.sector):
        return []
    if state.safeguards is None:
        detail = "No health workforce safeguards list is adopted yet, so the origin cannot be checked."
        return [reason("SAFEGUARDS_NOT_ADOPTED", detail)]
    if not forbidden(state, schemes):
        return []
    allowed = ", ".join(sorted(code for code, scheme in schemes.items() if scheme.safeguarded))
    detail = f"{state.origin} is on {state.safeguards.list}: in health only {allowed} may be open to it."
    return [reason("SAFEGUARDS_LISTED", detail)]


def checked(state: PartnershipState, current: SafeguardsState | None, at: datetime) -> Safeguards | None:
    """The check of a health partnership's origin against the list in force; none in other sectors."""
    if current is None or not isic.is_health(state.sector):
        return None
    return Safeguards(list=current.id, listed=state.origin in current.countries, checked_on=at.date())


def suspend(world: World, item: Input, schemes: Registry) -> Outcome:
    """An order to suspend; it takes the place of an earlier order."""
    data: SuspensionOrdered = item.data
    state, reasons = live(world, item, Phase.OPEN, Phase.SUSPENDED, needed="only an open one is suspended")
    if state is None:
        return Refused(tuple(reasons))
    order = Ground(kind=GroundKind.ORDER, reason=data.reason, legal_basis=data.legal_basis)
    if order in state.grounds:
        reasons.append(no_change(state.id))
    ordered = state.model_copy(update={"grounds": (order,)})
    return answer(reasons, *moved(state, settled(ordered, item.at, schemes)))


def lift(world: World, item: Input, schemes: Registry) -> Outcome:
    """The order is lifted; the partnership resumes unless there is another ground."""
    state, reasons = live(world, item, Phase.SUSPENDED, needed="only a suspended one resumes")
    if state is None:
        return Refused(tuple(reasons))
    if state.phase is Phase.SUSPENDED and not _ordered(state):
        causes = ", ".join(one.reason for one in state.grounds)
        reasons.append(wrong_state(state, f"that was not ordered, and ends when {causes} does"))
    lifted = state.model_copy(update={"grounds": ()})
    return answer(reasons, *moved(state, settled(lifted, item.at, schemes)))


def _ordered(state: PartnershipState) -> bool:
    return any(one.kind is GroundKind.ORDER for one in state.grounds)


def close(world: World, item: Input, schemes: Registry) -> Outcome:
    """The end, from any phase."""
    data: ClosureOrdered = item.data
    state, reasons = live(world, item)
    if state is None:
        return Refused(tuple(reasons))
    after = state.model_copy(update={"phase": Phase.CLOSED, "suspended_for": None, "grounds": ()})
    more = {"reason": data.reason, "legal_basis": data.legal_basis}
    return answer(reasons, draft("partnership.closed", PartnershipClosed, state, after, **more))
