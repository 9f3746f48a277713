"""The reasons that go with a finished match: who was passed over where, and who stands last inside.

Both are read off the final match, not off the way there: refusals on the way depend on who asked first,
the final match does not. In a stable match every wish that was not granted has a full place on its path,
and everyone inside the lowest such place stands before the candidate's pair there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import takewhile

from services.matching.market import Candidate, Cutoff, Market, PassedOver
from services.matching.mechanism.seats import Seats


def passed_over(market: Market, seats: Seats) -> dict[str, tuple[PassedOver, ...]]:
    """For each candidate, in the order of their list, every preference above what they got.

    `before` can be the candidate's own name: when their seat at a less wished vacancy of the same cap is
    the last one inside it, and their pair here would stand behind that.
    """
    steps = ((who.id, tuple(_steps(who, seats))) for who in sorted(market.candidates, key=lambda c: c.id))
    return {who: passed for who, passed in steps if passed}


def cutoffs(seats: Seats, tickets: Mapping[str, str]) -> dict[str, Cutoff]:
    """Each full place that holds somebody, and the pair that stands last inside it."""
    lasts = ((place, seats.last_inside(place)) for place in sorted(seats.inside) if seats.is_full(place))
    return {
        place: Cutoff(last.candidate, last.vacancy, last.tier, last.score, tickets[last.candidate])
        for place, last in lasts
        if last is not None
    }


def _steps(candidate: Candidate, seats: Seats) -> Iterator[PassedOver]:
    held = seats.held.get(candidate.id)
    got = held.vacancy if held else None
    for vacancy in takewhile(lambda wished: wished != got, candidate.preferences):
        full = seats.full_above(vacancy)
        if full is None:
            raise AssertionError(
                f"{candidate.id} was refused by {vacancy}, which has room: the match is wrong"
            )
        last = seats.last_inside(full)
        yield PassedOver(vacancy, full, last.candidate if last else None)
