"""Deferred acceptance over the cap tree, from a market to its result."""

from __future__ import annotations

from services.matching.market import Candidate, Market, Result
from services.matching.mechanism.account import cutoffs, passed_over
from services.matching.mechanism.order import Pair, PairOf, pairs, tickets
from services.matching.mechanism.seats import Seats
from services.matching.mechanism.tree import tree_of

# Raised with any change that could give another result for some market.
MECHANISM = "jembatan-mechanism/1"


def match(market: Market) -> Result:
    """The stable match that is best for every candidate, with the reason for each wish not granted.

    Pure and deterministic: it depends on the market, its snapshot and its randomness, never on the order
    in which nodes, vacancies or candidates are listed.
    """
    drawn = tickets(market)
    pair_of = pairs(market, drawn)
    seats = deferred_acceptance(market, pair_of)
    return Result(
        round_id=market.round_id,
        snapshot=market.snapshot,
        matches={who: pair.vacancy for who, pair in sorted(seats.held.items())},
        passed_over=passed_over(market, seats),
        cutoffs=cutoffs(seats, drawn),
    )


def deferred_acceptance(market: Market, pair_of: PairOf) -> Seats:
    """The seats held when every candidate holds one or has been refused by their whole list.

    Who asks first makes no difference: in the end each has the best vacancy that they have in any stable
    match (the argument of McVitie & Wilson 1971 needs only that the choice inside the tree is greedy).
    """
    seats = Seats(tree_of(market))
    wishes = {candidate.id: iter(candidate.preferences) for candidate in market.candidates}
    people = {candidate.id: candidate for candidate in market.candidates}
    asking: list[Candidate] = list(market.candidates)
    while asking:
        candidate = asking.pop()
        for vacancy in wishes[candidate.id]:
            newcomer = pair_of(candidate, vacancy)
            taken, displaced = _ask(seats, newcomer)
            if displaced is not None:
                asking.append(people[displaced.candidate])
            if taken:
                break
    return seats


def _ask(seats: Seats, newcomer: Pair) -> tuple[bool, Pair | None]:
    """Whether the newcomer gets a seat, and the pair that gave way for it."""
    full = seats.full_above(newcomer.vacancy)
    if full is None:
        seats.hold(newcomer)
        return True, None
    last = seats.last_inside(full)
    if last is None or last > newcomer:
        return False, None
    seats.drop(last)
    seats.hold(newcomer)
    return True, last
