"""What one run explores: rounds and their candidates, the safeguards in force, and how much may happen."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.model.rounds.state import Budget, Round, State


@dataclass(frozen=True)
class Safeguards:
    """Each safeguard of the rounds, on as built. A mutant is these with some of them off."""

    busy_seen: bool = True  # a round waits while another is between mark and publication under a cap of both
    fixed_cap_seen: bool = True  # also if that cap was taken away after the other's mark
    caps_fixed_with_mark: bool = True  # else a page after the mark reads them
    cap_locked: bool = True  # by whoever marks, or takes and gives back seats
    candidate_locked: bool = True  # by the pages of freeze and publication
    in_one_round: bool = True  # who is in an unsettled round enters no other
    offer_bars: bool = True  # who holds an offer enters no round
    offer_locked: bool = True  # answers and ends read an offer under its lock
    ends_at_publication: bool = True  # an offer that cannot stand is withdrawn where it is extended
    vacancy_locked: bool = True  # by the page of the publication and by the withdrawal
    ends_by_job: bool = True  # a withdrawal ends the offers that stand already
    leaving_ends: bool = True  # who leaves the list has every offer withdrawn
    page_compared: bool = True  # a page is turned by compare-and-set


@dataclass(frozen=True)
class Setting:
    """One bounded exploration: `rounds` gives each round's candidates in the order of its lottery."""

    name: str
    rounds: tuple[tuple[str, tuple[str, ...]], ...]
    budget: Budget
    cap: int | None = None
    safe: Safeguards = field(default_factory=Safeguards)
    at_once: int = 2
    zombies: bool = False  # a page may be begun by two workers
    answers: tuple[str, ...] = ("accept", "decline", "lapse")


def initial(setting: Setting) -> State:
    """Every round open and closed by time, everybody in the list, nothing offered."""
    rounds = tuple((name, Round()) for name, _ in setting.rounds)
    nobody: frozenset[str] = frozenset()
    return State(setting.cap, 0, rounds, (), nobody, nobody, nobody, (), setting.budget)
