"""Who stands before whom: a total, strict order of all pairs of a candidate and a vacancy.

Higher tier first, then higher score, then the smaller ticket, then the smaller vacancy id. A candidate has
one ticket for the whole round (single tie-breaking): no strategy-proof mechanism is better for every
candidate than deferred acceptance with it (Abdulkadiroğlu, Pathak & Roth, AER 99, 2009).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from services.matching import lottery
from services.matching.market import Candidate, Market


class Pair(NamedTuple):
    """A candidate at a vacancy. Of two pairs the greater stands before; the first four fields decide.

    `luck` and `name` are the ticket and the vacancy id turned round, so that greater is better in each.
    """

    tier: int
    score: int
    luck: int
    name: int
    candidate: str
    vacancy: str


PairOf = Callable[[Candidate, str], Pair]


def tickets(market: Market) -> dict[str, str]:
    """Each candidate's ticket (hex) in this round."""
    return {
        candidate.id: lottery.ticket(market.rho, market.round_id, market.snapshot, candidate.id)
        for candidate in market.candidates
    }


def pairs(market: Market, tickets: dict[str, str]) -> PairOf:
    """A function from a candidate and a vacancy on their list to the pair of both."""
    luck = {candidate: -int(ticket, 16) for candidate, ticket in tickets.items()}
    names = sorted(vacancy.id for vacancy in market.vacancies)
    rank = {name: -place for place, name in enumerate(names)}

    def pair(candidate: Candidate, vacancy: str) -> Pair:
        tier, score = candidate.tiers.get(vacancy, 0), candidate.scores[vacancy]
        return Pair(tier, score, luck[candidate.id], rank[vacancy], candidate.id, vacancy)

    return pair
