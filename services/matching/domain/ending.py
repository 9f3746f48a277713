"""Offers that end without their candidate: the vacancy is withdrawn, the partnership closed.

An offer without a contract then stands no more, also if it was accepted; a signed contract binds those who
signed it, and only a report ends its placement. A partnership that is suspended, a vacancy that closes by its
date, and a cap that is lowered leave every offer standing.

What happened between the freeze and the publication never alters the match. It ends the offer in the same
transaction that extends it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from jembatan.contracts.deciding import Draft, NewJob
from jembatan.contracts.matching.candidates import WhyDelisted
from jembatan.contracts.matching.offers import OfferPhase, OfferState
from jembatan.contracts.matching.placement_values import EndedFor
from jembatan.contracts.model import State
from jembatan.contracts.partners import PartnershipState
from jembatan.contracts.vacancies import VacancyState
from services.matching.domain import caps, offers
from services.matching.domain.world import Tally, World

OF_VACANCY, OF_PARTNERSHIP = "end_vacancy_offers", "end_partnership_offers"
VACANCY_WITHDRAWN, PARTNERSHIP_CLOSED = "VACANCY_WITHDRAWN", "PARTNERSHIP_CLOSED"
WHY = {OF_VACANCY: VACANCY_WITHDRAWN, OF_PARTNERSHIP: PARTNERSHIP_CLOSED}
"""The jobs, each with the reason that it gives."""
LEFT = {
    WhyDelisted.WITHDRAWN: EndedFor.CANDIDATE_WITHDRAWN,
    WhyDelisted.REJECTED: EndedFor.CANDIDATE_REJECTED,
}
OPEN = (OfferPhase.EXTENDED, OfferPhase.ACCEPTED)


def jobs(state: State, at: datetime) -> tuple[NewJob, ...]:
    """The long work that begins when this copy is read."""
    if isinstance(state, VacancyState) and state.phase == "withdrawn":
        return (NewJob(OF_VACANCY, state.id, at),)
    if isinstance(state, PartnershipState) and state.phase == "closed":
        return (NewJob(OF_PARTNERSHIP, state.id, at),)
    return ()


def already(world: World, offer: OfferState) -> str | None:
    """Why an offer that is extended now cannot stand; what is not in the world is no reason.

    Who left the list and is on it again keeps the offer.
    """
    row = world.candidates.get(offer.candidate)
    if row is not None and row.state.delisted_for in LEFT:
        return LEFT[row.state.delisted_for]
    vacancy, partnership = world.vacancies.get(offer.vacancy), world.partnerships.get(offer.partnership)
    if vacancy is not None and vacancy.phase == "withdrawn":
        return VACANCY_WITHDRAWN
    if partnership is not None and partnership.phase == "closed":
        return PARTNERSHIP_CLOSED
    return None


def together(world: World, ended: Iterable[OfferState], why: str, at: datetime) -> tuple[Draft, ...]:
    """Those of these offers that still stand and have no contract are withdrawn; usage is told once."""
    gone = [one for one in ended if one.phase in OPEN and one.id not in world.placements]
    told = [offers.ended(offer, OfferPhase.WITHDRAWN, at, why) for offer in gone]
    return *told, *_freed(world, gone), *_settled(world, gone)


def _freed(world: World, gone: Sequence[OfferState]) -> tuple[Draft, ...]:
    number = Counter((offer.round, offer.partnership) for offer in gone)
    given = {key: Tally(world.rounds[key[0]].state.closes_at, -many) for key, many in number.items()}
    over = [cap for cap in world.caps.values() if any(caps.covers(cap, home) for _, home in given)]
    return caps.usage_facts(world, over, given)


def _settled(world: World, gone: Sequence[OfferState]) -> Iterable[Draft]:
    unanswered = Counter(offer.round for offer in gone if offer.phase is OfferPhase.EXTENDED)
    for name, many in sorted(unanswered.items()):
        row = world.rounds[name]
        for _ in range(many):
            row = offers.counted(row, OfferPhase.WITHDRAWN)
        yield from offers.settled(row)
