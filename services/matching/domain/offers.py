"""Offers: accepted, declined, lapsed, withdrawn; the seat given back, once; the round that they settle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from jembatan.contracts.deciding import Decided, Draft, Input, Outcome, Refused
from jembatan.contracts.matching.offers import (
    OfferAccepted,
    OfferDeclined,
    OfferFact,
    OfferLapsed,
    OfferPhase,
    OfferState,
    OfferWithdrawn,
)
from jembatan.contracts.matching.rounds import Answers, Phase, RoundSettled
from jembatan.contracts.model import changed_fields
from jembatan.contracts.refusal import Reason
from services.matching.domain import caps, refusing
from services.matching.domain.world import RoundRow, World

FACTS: dict[OfferPhase, type[OfferFact]] = {
    OfferPhase.ACCEPTED: OfferAccepted,
    OfferPhase.DECLINED: OfferDeclined,
    OfferPhase.LAPSED: OfferLapsed,
    OfferPhase.WITHDRAWN: OfferWithdrawn,
}
GIVES_BACK = (OfferPhase.DECLINED, OfferPhase.LAPSED, OfferPhase.WITHDRAWN)
FIRST = OfferPhase.EXTENDED


def accept(world: World, item: Input) -> Outcome:
    """The candidate takes the offer."""
    return _answer(world, item, OfferPhase.ACCEPTED, None)


def decline(world: World, item: Input) -> Outcome:
    """The candidate turns the offer down."""
    return _answer(world, item, OfferPhase.DECLINED, item.data.reason)


def lapse(world: World, item: Input) -> Outcome:
    """The watermark has passed `answer_by`: an offer still unanswered lapses."""
    offer = world.offers.get(item.subject)
    if offer is None or offer.phase is not FIRST or item.at < offer.answer_by:
        return Decided()
    return Decided(_end(world, offer, OfferPhase.LAPSED, item.at, None))


def _answer(world: World, item: Input, phase: OfferPhase, reason: str | None) -> Outcome:
    offer = world.offers.get(item.subject)
    if offer is None:
        return Refused((refusing.unknown(item, "offer"),))
    reasons = _reasons_against(offer, item)
    return Refused(reasons) if reasons else Decided(_end(world, offer, phase, item.at, reason))


def _reasons_against(offer: OfferState, item: Input) -> tuple[Reason, ...]:
    assert item.reporter is not None
    reasons = list(item.reporter.outside(candidate=offer.candidate))
    if offer.phase is not FIRST:
        needed = "only an offer that is extended can be answered"
        reasons.append(refusing.wrong_state("offer", offer.id, offer.phase, needed))
    elif item.at > offer.answer_by:
        detail = f"The offer was to be answered by {offer.answer_by.isoformat()}."
        reasons.append(Reason(code="ANSWER_TOO_LATE", pointer="/subject", detail=detail))
    return tuple(reasons)


def withdrawn(world: World, offer: OfferState, at: datetime, why: str) -> tuple[Draft, ...]:
    """An offer that is extended or accepted, and without a contract, stands no more."""
    return _end(world, offer, OfferPhase.WITHDRAWN, at, why)


def _end(
    world: World, offer: OfferState, phase: OfferPhase, at: datetime, reason: str | None
) -> tuple[Draft, ...]:
    freed = caps.given_back(world, offer.round, offer.partnership) if phase in GIVES_BACK else ()
    answered = settled(counted(world.rounds[offer.round], phase)) if offer.phase is FIRST else ()
    return ended(offer, phase, at, reason), *freed, *answered


def ended(offer: OfferState, phase: OfferPhase, at: datetime, reason: str | None) -> Draft:
    """The fact that an offer is answered or ended, without what comes of it for seats and round."""
    after = offer.model_copy(update={"phase": phase, "ended_at": at, "reason": reason})
    data = FACTS[phase](state=after, changed=changed_fields(offer, after))
    return Draft(f"offer.{phase}", offer.id, data)


def settled(row: RoundRow) -> tuple[Draft, ...]:
    """`round.settled`, if the round is published and none of its offers is open."""
    if row.state.phase is not Phase.PUBLISHED or row.open_offers:
        return ()
    after = row.state.model_copy(update={"phase": Phase.SETTLED})
    answers = Answers(
        accepted=row.accepted, declined=row.declined, lapsed=row.lapsed, withdrawn=row.withdrawn
    )
    data = RoundSettled(state=after, changed=changed_fields(row.state, after), answers=answers)
    return (Draft("round.settled", after.id, data),)


def evolve(world: World, data: OfferFact) -> None:
    """Apply a fact about an offer: the offer, its round's counts, and the seat."""
    offer = data.state
    row = world.rounds[offer.round]
    if offer.phase is FIRST:
        world.put_round(replace(row, open_offers=row.open_offers + 1))
        world.add_seats(offer.round, offer.partnership, 1)
    elif world.offers[offer.id].phase is FIRST:
        world.put_round(counted(row, offer.phase))
    if offer.phase in GIVES_BACK:
        world.add_seats(offer.round, offer.partnership, -1)
    world.put_offer(offer)


_COUNT: dict[OfferPhase, Callable[[RoundRow], RoundRow]] = {
    OfferPhase.ACCEPTED: lambda row: replace(row, accepted=row.accepted + 1),
    OfferPhase.DECLINED: lambda row: replace(row, declined=row.declined + 1),
    OfferPhase.LAPSED: lambda row: replace(row, lapsed=row.lapsed + 1),
    OfferPhase.WITHDRAWN: lambda row: replace(row, withdrawn=row.withdrawn + 1),
}


def counted(row: RoundRow, phase: OfferPhase) -> RoundRow:
    """The round's counts after an offer was answered, or ended unanswered; what comes of it later is not."""
    return _COUNT[phase](replace(row, open_offers=row.open_offers - 1))
