"""What a decision of matching sees: the states it touches or rests on, loaded and locked by the store.

`evolve` changes a world only through its `put_…` methods, which remember what is to be saved.

That a candidate is in a frozen round is not part of the candidate's own state: the round's facts say it,
and the store keeps it beside the round.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jembatan.contracts.matching.candidates import CandidateState, Evidence
    from jembatan.contracts.matching.offers import OfferState, UsageState
    from jembatan.contracts.matching.placement_values import PlacementAside, PlacementState, WhyEnded
    from jembatan.contracts.matching.rounds import RoundState
    from jembatan.contracts.partners import CapState, PartnershipState
    from jembatan.contracts.vacancies import VacancyState
    from services.matching.domain.rounds import FreezeBegun


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A candidate's public state and private evidence."""

    state: CandidateState
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """A placement's state, and what is kept beside it for the candidate alone."""

    state: PlacementState
    aside: PlacementAside


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round's public state, and what is counted beside it.

    `freezing` is true from the decision to freeze until the freeze is done, `matching` from the decision to
    match. `first_reveal` and `last_reveal` are the times of the reports. `open_offers` counts those not yet
    answered, the others how they ended.
    """

    state: RoundState
    freezing: bool = False
    matching: bool = False
    first_reveal: datetime | None = None
    last_reveal: datetime | None = None
    open_offers: int = 0
    accepted: int = 0
    declined: int = 0
    lapsed: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """How many seats of one round are held in one partnership; they count where `closes_at` lies."""

    closes_at: datetime
    held: int


@dataclass(frozen=True, slots=True)
class Busy:
    """A round between the mark of its freeze and its publication; `caps` are the ids of those it fixed."""

    scope: tuple[str, ...]
    closes_at: datetime
    caps: frozenset[str] = frozenset()


@dataclass(slots=True)
class Changed:
    """Which entries of a world are to be saved, by their keys."""

    candidates: set[str] = field(default_factory=set)
    vacancies: set[str] = field(default_factory=set)
    partnerships: set[str] = field(default_factory=set)
    caps: set[str] = field(default_factory=set)
    usage: set[str] = field(default_factory=set)
    rounds: set[str] = field(default_factory=set)
    offers: set[str] = field(default_factory=set)
    placements: set[str] = field(default_factory=set)
    kept: set[tuple[str, str]] = field(default_factory=set)


@dataclass(slots=True)
class World:
    """States by id. What is not in a table does not exist.

    `caps` are there for the partnerships of every loaded offer and round, `tallies` (by round and
    partnership) and `usage` (by cap, as last told) for every loaded cap. `placements` are those of the
    loaded offers; of a candidate who leaves, every offer that still stands is there. `called_off` is to be
    written beside offers, and `begun` is what marks fix for the pages of a freeze; both are never read.
    `freezing` gives `closes_at` of every round that is open or being
    frozen: the first change of a candidate with a later `at` keeps the row before it, for the round, in
    `kept` (`keep`).
    """

    candidates: dict[str, CandidateRow] = field(default_factory=dict)
    vacancies: dict[str, VacancyState] = field(default_factory=dict)
    partnerships: dict[str, PartnershipState] = field(default_factory=dict)
    caps: dict[str, CapState] = field(default_factory=dict)
    usage: dict[str, UsageState] = field(default_factory=dict)
    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    rounds: dict[str, RoundRow] = field(default_factory=dict)
    offers: dict[str, OfferState] = field(default_factory=dict)
    placements: dict[str, PlacementRow] = field(default_factory=dict)
    called_off: dict[str, WhyEnded] = field(default_factory=dict)
    freezing: dict[str, datetime] = field(default_factory=dict)
    busy: dict[str, Busy] = field(default_factory=dict)
    begun: dict[str, FreezeBegun] = field(default_factory=dict)
    kept: dict[tuple[str, str], CandidateRow | None] = field(default_factory=dict)
    changed: Changed = field(default_factory=Changed)

    def keep(self, candidate: str, at: datetime) -> None:
        """Before a change at this time: keep the row as it is for each round that closed earlier."""
        for round_id, closes_at in self.freezing.items():
            if at > closes_at and (round_id, candidate) not in self.kept:
                self.kept[round_id, candidate] = self.candidates.get(candidate)
                self.changed.kept.add((round_id, candidate))

    def put_candidate(self, row: CandidateRow, at: datetime) -> None:
        """A candidate's new row, as of `at`; the row before it is kept for rounds that closed earlier."""
        self.keep(row.state.id, at)
        self.candidates[row.state.id] = row
        self.changed.candidates.add(row.state.id)

    def put_vacancy(self, state: VacancyState) -> None:
        self.vacancies[state.id] = state
        self.changed.vacancies.add(state.id)

    def put_partnership(self, state: PartnershipState) -> None:
        self.partnerships[state.id] = state
        self.changed.partnerships.add(state.id)

    def put_cap(self, state: CapState) -> None:
        self.caps[state.id] = state
        self.changed.caps.add(state.id)

    def put_usage(self, state: UsageState) -> None:
        self.usage[state.id] = state
        self.changed.usage.add(state.id)

    def put_round(self, row: RoundRow) -> None:
        self.rounds[row.state.id] = row
        self.changed.rounds.add(row.state.id)

    def put_round_state(self, state: RoundState) -> None:
        """A round's new public state; what is counted beside it stays."""
        row = self.rounds.get(state.id)
        self.put_round(replace(row, state=state) if row else RoundRow(state))

    def add_seats(self, round_id: str, partnership: str, number: int) -> None:
        """Seats of a loaded round taken in a partnership (given back, if negative)."""
        before = self.tallies.get((round_id, partnership))
        closes_at = before.closes_at if before else self.rounds[round_id].state.closes_at
        self.tallies[round_id, partnership] = Tally(closes_at, (before.held if before else 0) + number)

    def put_offer(self, state: OfferState) -> None:
        self.offers[state.id] = state
        self.changed.offers.add(state.id)

    def put_placement(self, row: PlacementRow) -> None:
        self.placements[row.state.id] = row
        self.changed.placements.add(row.state.id)
