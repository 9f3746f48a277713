"""What may never be: each check names the promise that a state breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.model.rounds.state import BUSY, EXTENDED, LIVE, PUBLISHED, SETTLED, State


def violations(state: State) -> set[str]:
    """The names of all promises that this state breaks."""
    return {*_seats(state), *_offers(state), *_rounds(state)}


def complete(state: State) -> bool:
    """Whether every round is settled and nothing is under way."""
    return not state.works and all(one.phase == SETTLED for _, one in state.rounds)


def _seats(state: State) -> Iterator[str]:
    if state.beyond:
        yield "BEYOND_CAP"
    if state.held != sum(offer.phase in LIVE for offer in state.offers):
        yield "SEATS_DIFFER"
    if any(offer.ends > 1 for offer in state.offers):
        yield "SEAT_GIVEN_TWICE"


def _offers(state: State) -> Iterator[str]:
    live = [offer for offer in state.offers if offer.phase in LIVE]
    if any(many > 1 for many in Counter(offer.candidate for offer in live).values()):
        yield "TWO_LIVE_OFFERS"
    # While a transaction or a job is under way an offer may stand that it will end.
    if not state.works and any(offer.candidate in state.left for offer in live):
        yield "OUTLIVED_ITS_CANDIDATE"
    over = state.withdrawn - state.ending
    if not state.works and any(offer.round in over for offer in live):
        yield "OUTLIVED_ITS_VACANCY"


def _rounds(state: State) -> Iterator[str]:
    entered = Counter(who for _, one in state.rounds if one.phase != SETTLED for who in one.entered)
    if any(many > 1 for many in entered.values()):
        yield "IN_TWO_ROUNDS"
    for name, one in state.rounds:
        open_offers = sum(o.phase == EXTENDED for o in state.offers if o.round == name)
        if one.unanswered != open_offers:
            yield "ANSWERS_DIFFER"
        if one.phase in (PUBLISHED, SETTLED) and (one.phase == SETTLED) != (open_offers == 0):
            yield "SETTLED_TOO_EARLY_OR_LATE"
        if one.phase in BUSY and len(set(one.entered)) != len(one.entered):
            yield "ENTERED_TWICE"
