"""Offers and placements that end before the departure: a contract called off, a candidate who leaves.

Each gives its seat back, once. Who is cancelled by the employer is rostered anew for a whole time, as in
Korea's Employment Permit System: a year from approval, and a year again if the contract falls through for
reasons that are not the worker's (pinoyepsworkers.blogspot.com, August 2015).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from jembatan.contracts.deciding import Decided, Draft, Input, Outcome, Refused
from jembatan.contracts.matching.candidates import (
    CandidateRostered,
    CandidateState,
    Phase,
    Roster,
    WhyDelisted,
)
from jembatan.contracts.matching.offers import OfferPhase, OfferState
from jembatan.contracts.matching.placement_values import EndedFor, Party
from jembatan.contracts.model import changed_fields
from jembatan.contracts.refusal import Reason
from services.matching.domain import offers, placements_ends, placements_refusing, refusing
from services.matching.domain.candidates_refusing import Programmes, RosterRules
from services.matching.domain.ending import LEFT, OPEN
from services.matching.domain.placements_ends import BEFORE_DEPARTURE
from services.matching.domain.world import PlacementRow, World

CANCELLED = {
    Party.EMPLOYER: EndedFor.CANCELLED_BY_EMPLOYER,
    Party.CANDIDATE: EndedFor.CANCELLED_BY_CANDIDATE,
    Party.AUTHORITY: EndedFor.CANCELLED_BY_AUTHORITY,
}


def cancel(world: World, item: Input, programmes: Programmes) -> Outcome:
    """A contract is called off before the departure, signed or not."""
    offer, row = world.offers.get(item.subject), world.placements.get(item.subject)
    if offer is None:
        return Refused((refusing.unknown(item, "offer"),))
    why = CANCELLED[item.data.by]
    rights = placements_refusing.rights(world, offer, item)
    if reasons := (*rights, *_not_cancelled(offer, row, why)):
        return Refused(reasons)
    again = _rostered_anew(world, offer.candidate, item.at, programmes) if _by_employer(item) else ()
    if row is None:
        note = placements_ends.CalledOff(offer=offer.id, why=placements_ends.why_ended(item))
        return Decided((*offers.withdrawn(world, offer, item.at, why), *again), (note,))
    ended = placements_ends.end(world, row.state, why, placements_ends.day(item.at))
    return Decided((*ended, *again), (placements_ends.ended_aside(row, item),))


def _by_employer(item: Input) -> bool:
    return bool(item.data.by is Party.EMPLOYER)


def _not_cancelled(offer: OfferState, row: PlacementRow | None, why: EndedFor) -> Iterator[Reason]:
    if (row.state.ended_for if row else offer.reason) == why:
        yield refusing.no_change("This contract is cancelled already.")
    elif row is not None and row.state.phase not in BEFORE_DEPARTURE:
        needed = "a contract is cancelled before the departure; after it report employment.ended"
        yield refusing.wrong_state("placement", offer.id, row.state.phase, needed)
    elif row is None and offer.phase is not OfferPhase.ACCEPTED:
        needed = "only the contract of an accepted offer is cancelled"
        yield refusing.wrong_state("offer", offer.id, offer.phase, needed)


def _rostered_anew(world: World, name: str, at: datetime, programmes: Programmes) -> tuple[Draft, ...]:
    """A fresh time in the roster, unless the candidate has left it for a reason of the candidate's."""
    row = world.candidates.get(name)
    if row is None or row.state.roster is None or not _waits(row.state):
        return ()
    roster = Roster(
        programme=row.state.roster.programme, starts_at=at, ends_at=_ends(row.state.roster, at, programmes)
    )
    state = row.state.model_copy(update={"phase": Phase.ROSTERED, "roster": roster, "delisted_for": None})
    fact = CandidateRostered(state=state, changed=changed_fields(row.state, state))
    return (Draft("candidate.rostered", name, fact),)


def _waits(state: CandidateState) -> bool:
    return state.phase is Phase.ROSTERED or state.delisted_for is WhyDelisted.ROSTER_EXPIRED


def _ends(before: Roster, at: datetime, programmes: Programmes) -> datetime:
    """By the programme; as long as before, where its version is not installed any more."""
    rules = programmes.get(before.programme)
    if isinstance(rules, RosterRules):
        return rules.roster_ends(at)
    return at + (before.ends_at - before.starts_at)


def leave(world: World, candidate: str, left: WhyDelisted, at: datetime) -> tuple[Draft, ...]:
    """What ends with a candidate who withdraws or is rejected; who has departed is placed already."""
    ours = [offer for _, offer in sorted(world.offers.items()) if offer.candidate == candidate]
    return tuple(fact for offer in ours for fact in _let_go(world, offer, LEFT[left], at))


def _let_go(world: World, offer: OfferState, why: EndedFor, at: datetime) -> tuple[Draft, ...]:
    row = world.placements.get(offer.id)
    if row is not None and row.state.phase in BEFORE_DEPARTURE:
        return placements_ends.end(world, row.state, why, placements_ends.day(at))
    if row is None and offer.phase in OPEN:
        return offers.withdrawn(world, offer, at, why)
    return ()
