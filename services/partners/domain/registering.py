"""Partnerships before they are open: proposed, amended, instruments signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from jembatan.codes import isco08, isic, iso3166
from jembatan.contracts.deciding import Decided, Input, Outcome, Refused
from jembatan.contracts.model import moment
from jembatan.contracts.partners import (
    Instrument,
    InstrumentKind,
    InstrumentSigned,
    Key,
    PartnershipAmended,
    PartnershipChanged,
    PartnershipInstrumentSigned,
    PartnershipProposed,
    PartnershipRegistered,
    PartnershipState,
    Phase,
)
from jembatan.contracts.refusal import Reason
from services.partners.domain.reasons import (
    answer,
    mismatch,
    no_change,
    reason,
    rights,
    unknown,
    unknown_code,
    wrong_state,
)
from services.partners.domain.standing import Registry, draft, moved, settled
from services.partners.domain.world import World

FARTHEST_EAST = timedelta(hours=14)
"""Where a day begins first; whatever has been signed has been signed on a day that has begun somewhere."""


def propose(world: World, item: Input, schemes: Registry) -> Outcome:
    """A new partnership, unless one with its key has not ended."""
    data: PartnershipProposed = item.data
    key = Key(origin=data.origin, jurisdiction=data.jurisdiction, sector=data.sector, scheme=data.scheme).text
    last = world.latest_of(key)
    reasons = [*rights(item, data.origin, data.jurisdiction), *_codes(data, schemes)]
    if item.subject != key:
        reasons.append(mismatch(item.subject, key))
    if last is not None and not last.phase.ended:
        reasons.append(reason("ALREADY_REGISTERED", f"{last.id} is {last.phase}; amend or close it first."))
    if data.lapses_on is not None and moment(data.lapses_on) <= item.at:
        reasons.append(_lapses_in_past())
    if reasons:
        return Refused(tuple(reasons))
    number = 1 if last is None else last.number + 1
    state = PartnershipState(**data.model_dump(), id=f"{key}:{number}", number=number, phase=Phase.REGISTERED)
    return Decided((draft("partnership.registered", PartnershipRegistered, None, state),))


def _codes(data: PartnershipProposed, schemes: Registry) -> list[Reason]:
    checks = (
        (iso3166.is_country(data.origin), "country of ISO 3166-1", data.origin, "/data/origin"),
        (
            iso3166.is_jurisdiction(data.jurisdiction),
            "country or subdivision of ISO 3166",
            data.jurisdiction,
            "/data/jurisdiction",
        ),
        (isic.is_sector(data.sector), "section or division of ISIC Rev. 4", data.sector, "/data/sector"),
        (data.scheme in schemes, f"scheme here ({', '.join(sorted(schemes))})", data.scheme, "/data/scheme"),
    )
    found = [unknown_code(what, code, pointer) for known, what, code, pointer in checks if not known]
    if iso3166.is_within(data.jurisdiction, data.origin):
        found.append(reason("SAME_COUNTRY", "The host lies in the origin.", "/data/jurisdiction"))
    return found + unknown_occupations(data.occupations)


def unknown_occupations(codes: Sequence[str]) -> list[Reason]:
    return [
        unknown_code("group of ISCO-08", code, f"/data/occupations/{place}")
        for place, code in enumerate(codes)
        if not isco08.is_group(code)
    ]


def _lapses_in_past() -> Reason:
    return reason("LAPSES_IN_PAST", "The day on which it lapses has begun already.", "/data/lapses_on")


def live(
    world: World, item: Input, *phases: Phase, needed: str = "it has ended"
) -> tuple[PartnershipState | None, list[Reason]]:
    """The partnership that a report is about, and why it may not be changed by it.

    Without `phases` any that has not ended will do. One whose day of lapsing has begun counts as ended.
    """
    state = world.partnerships.get(item.subject)
    if state is None:
        return None, [unknown(f"partnership {item.subject}")]
    reasons = list(rights(item, state.origin, state.jurisdiction))
    if has_lapsed(state, item.at):
        reasons.append(wrong_state(state, f"it lapsed on {state.lapses_on}"))
    elif state.phase.ended or (phases and state.phase not in phases):
        reasons.append(wrong_state(state, needed))
    return state, reasons


def has_lapsed(state: PartnershipState, at: datetime) -> bool:
    """Whether its day of lapsing has begun, and it was never opened."""
    waiting = not state.phase.opened and not state.phase.ended
    return waiting and state.lapses_on is not None and at > moment(state.lapses_on)


def amend(world: World, item: Input, schemes: Registry) -> Outcome:
    """Other agencies, occupations or day of lapsing."""
    data: PartnershipAmended = item.data
    state, reasons = live(world, item)
    reasons += unknown_occupations(data.occupations or ())
    if state is None:
        return Refused(tuple(reasons))
    if data.lapses_on is not None:
        reasons += _lapsing(state, data, item.at)
    after = state.model_copy(update=data.model_dump(exclude_none=True))
    if after == state and not reasons:
        reasons.append(no_change(state.id))
    return answer(reasons, draft("partnership.changed", PartnershipChanged, state, after))


def _lapsing(state: PartnershipState, data: PartnershipAmended, at: datetime) -> list[Reason]:
    if state.phase.opened:
        return [wrong_state(state, "what was opened cannot lapse any more")]
    return [_lapses_in_past()] if data.lapses_on is not None and moment(data.lapses_on) <= at else []


def sign(world: World, item: Input, schemes: Registry) -> Outcome:
    """One more instrument, or another version of one with the same kind and reference."""
    data: InstrumentSigned = item.data
    instrument = Instrument(**data.model_dump())
    state, reasons = live(world, item)
    reasons += _dates(instrument, item.at)
    if state is None:
        return Refused(tuple(reasons))
    others = tuple(one for one in state.instruments if (one.kind, one.ref) != (data.kind, data.ref))
    if instrument in state.instruments and not reasons:
        reasons.append(no_change(state.id))
    change = {"instruments": (*others, instrument), "phase": _phase(state.phase, instrument)}
    signed = state.model_copy(update=change)
    fact = draft("partnership.instrument_signed", PartnershipInstrumentSigned, state, signed)
    return answer(reasons, fact, *moved(signed, settled(signed, item.at, schemes)))


def _phase(phase: Phase, instrument: Instrument) -> Phase:
    if phase is Phase.REGISTERED and instrument.kind is InstrumentKind.LOI:
        return Phase.LETTER_OF_INTENT
    if phase in (Phase.REGISTERED, Phase.LETTER_OF_INTENT) and instrument.kind is not InstrumentKind.LOI:
        return Phase.AGREEMENT
    return phase


def _dates(instrument: Instrument, at: datetime) -> list[Reason]:
    found = []
    if moment(instrument.signed_on) > at + FARTHEST_EAST:
        found.append(reason("SIGNED_IN_FUTURE", "It is not signed yet.", "/data/signed_on"))
    if instrument.expires_on is not None and instrument.expires_on < instrument.effective_on:
        found.append(
            reason("EXPIRES_BEFORE_EFFECT", "It expires before it takes effect.", "/data/expires_on")
        )
    return found
