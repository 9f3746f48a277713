"""The publication of a result: each candidate's match or none, offers with their seats, the round's end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from jembatan.contracts.deciding import Decided, Draft
from jembatan.contracts.matching.offers import (
    MatchFact,
    MatchMade,
    MatchMissed,
    MatchState,
    OfferExtended,
    OfferPhase,
    OfferState,
    Passed,
)
from jembatan.contracts.matching.rounds import Cutoff, Phase, RoundPublished, RoundState
from jembatan.contracts.model import changed_fields
from services.matching.domain import caps, ending, offers
from services.matching.domain.world import RoundRow, Tally, World


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the match decided for one candidate: how many pairs were eligible, the vacancy, if any."""

    candidate: str
    eligible: int
    vacancy: str | None
    partnership: str | None
    passed_over: tuple[Passed, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """A whole result in numbers, its digest, and the cut-offs of caps and partnerships."""

    digest: str
    parts: int
    matched: int
    missed: int
    cutoffs: Mapping[str, Cutoff]


def draw(state: RoundState) -> dict[str, object]:
    """The `draw` of a drawn round's market file: rho, and the beacon's signature or the secrets it is of."""
    if state.signature is not None:
        return {"rho": state.rho, "signature": state.signature}
    return {"rho": state.rho, "secrets": dict(state.secrets)}


def tell(world: World, state: RoundState, outcomes: Iterable[Outcome], at: datetime) -> Decided:
    """A page of candidates: `match.made` with an offer, or `match.missed`; then the usage of caps.

    An offer that cannot stand any more (`ending.already`) is withdrawn at once, and takes no seat.
    """
    drafts: list[Draft] = []
    taken: Counter[str] = Counter()
    for outcome in outcomes:
        told = _one(world, state, outcome, at)
        drafts += told
        if outcome.partnership and told[-1].type == "offer.extended":
            taken[outcome.partnership] += 1
    seats = {(state.id, name): Tally(state.closes_at, number) for name, number in taken.items()}
    over = [cap for cap in world.caps.values() if any(caps.covers(cap, name) for name in taken)]
    return Decided((*drafts, *caps.usage_facts(world, over, seats)))


def _one(world: World, state: RoundState, outcome: Outcome, at: datetime) -> tuple[Draft, ...]:
    match = MatchState(
        id=f"{state.id}:{outcome.candidate}",
        round=state.id,
        candidate=outcome.candidate,
        vacancy=outcome.vacancy,
        eligible=outcome.eligible,
        passed_over=outcome.passed_over,
    )
    changed = changed_fields(None, match)
    fact: MatchFact
    if outcome.vacancy is None or outcome.partnership is None:
        fact = MatchMissed(state=match, changed=changed)
        return (Draft("match.missed", match.id, fact),)
    fact = MatchMade(state=match, changed=changed)
    offer = OfferState(
        id=match.id,
        round=state.id,
        candidate=outcome.candidate,
        vacancy=outcome.vacancy,
        partnership=outcome.partnership,
        phase=OfferPhase.EXTENDED,
        extended_at=at,
        answer_by=state.answer_by,
    )
    extended = OfferExtended(state=offer, changed=changed_fields(None, offer))
    made = Draft("match.made", match.id, fact), Draft("offer.extended", match.id, extended)
    why = ending.already(world, offer)
    return made if why is None else (*made, offers.ended(offer, OfferPhase.WITHDRAWN, at, why))


def publish(row: RoundRow, totals: Totals) -> Decided:
    """The round's result stands; without an open offer it is settled at once."""
    update = {
        "phase": Phase.PUBLISHED,
        "digest": totals.digest,
        "result_parts": totals.parts,
        "matched": totals.matched,
        "missed": totals.missed,
    }
    after = row.state.model_copy(update=update)
    fact = RoundPublished(state=after, changed=changed_fields(row.state, after), cutoffs=dict(totals.cutoffs))
    told = Draft("round.published", after.id, fact)
    return Decided((told, *offers.settled(replace(row, state=after))))
