"""What PostgreSQL holds in the model, and what a transaction under way has locked and read. All hashable."""

from __future__ import annotations

from typing import Any, NamedTuple

OPEN, MARKED, FIXED, DRAWN, PUBLISHED, SETTLED = "open", "marked", "fixed", "drawn", "published", "settled"
BUSY = (MARKED, FIXED, DRAWN)
EXTENDED, ACCEPTED, DECLINED, LAPSED, WITHDRAWN = "extended", "accepted", "declined", "lapsed", "withdrawn"
LIVE = (EXTENDED, ACCEPTED)
NO_CAP = None


class Round(NamedTuple):
    """A round over one partnership, whose one vacancy has room for all; one cap lies over all partnerships.

    `cap` and `left` are what its freeze fixed; `entered` are its candidates, in the order of the lottery.
    `taken` counts those looked at by the freeze, `told` those told of their result.
    """

    phase: str = OPEN
    cap: int | None = NO_CAP
    left: int | None = NO_CAP
    taken: int = 0
    entered: tuple[str, ...] = ()
    told: int = 0
    unanswered: int = 0


class Offer(NamedTuple):
    """An offer of a round to a candidate; `ends` counts how often the seat was given back."""

    round: str
    candidate: str
    phase: str = EXTENDED
    ends: int = 0


class Work(NamedTuple):
    """A transaction under way: what it is, how many of its steps are done, its locks, what it has read."""

    name: str
    about: str
    step: int = 0
    locks: frozenset[str] = frozenset()
    read: tuple[Any, ...] = ()


class Budget(NamedTuple):
    """What may still happen by itself."""

    caps: tuple[int | None, ...] = ()
    crashes: int = 0
    leaves: int = 0
    withdrawals: int = 0


class State(NamedTuple):
    """Everything."""

    cap: int | None
    held: int
    rounds: tuple[tuple[str, Round], ...]
    offers: tuple[Offer, ...]
    left: frozenset[str]
    """Candidates who are no longer in the list."""
    withdrawn: frozenset[str]
    """Rounds whose vacancy is withdrawn (each round has one)."""
    ending: frozenset[str]
    """Jobs that end the offers of a withdrawn vacancy, not done yet."""
    works: tuple[Work, ...]
    budget: Budget
    beyond: bool = False
    """A round has taken a seat beyond the cap in force at its freeze."""


class Step(NamedTuple):
    """One step: what happens, about what, and the state after it."""

    verb: str
    about: str
    after: State


def round_of(state: State, name: str) -> Round:
    return dict(state.rounds)[name]


def with_round(state: State, name: str, one: Round) -> State:
    return state._replace(rounds=tuple((n, one if n == name else r) for n, r in state.rounds))


def offer_of(state: State, name: str) -> Offer:
    """By `round:candidate`."""
    return next(one for one in state.offers if f"{one.round}:{one.candidate}" == name)


def with_offer(state: State, new: Offer) -> State:
    kept = [o for o in state.offers if (o.round, o.candidate) != (new.round, new.candidate)]
    return state._replace(offers=tuple(sorted([*kept, new])))
