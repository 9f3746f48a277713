"""What is known of a round, of a candidate and of a vacancy in it. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jembatan.contracts.matching.candidates import Phase, WhyDelisted
from jembatan.contracts.matching.offers import OfferState, Passed
from jembatan.contracts.matching.placement_values import WhyEnded
from jembatan.contracts.matching.rounds import Cutoff, RoundState
from jembatan.contracts.matching.rounds import Phase as RoundPhase
from services.matching.domain.against import Against
from services.matching.domain.freezing import Frame
from services.matching.domain.world import PlacementRow

RESULT = (RoundPhase.PUBLISHED, RoundPhase.SETTLED)


@dataclass(frozen=True, slots=True)
class Round:
    """A round: its state, what its freeze fixed, and the cut-off of each full place.

    `one_order`: each candidate has one tier and one score, whatever the vacancy, so that candidates stand in
    one order everywhere.
    """

    state: RoundState
    frame: Frame | None = None
    cutoffs: Mapping[str, Cutoff] = field(default_factory=dict)
    one_order: bool = False

    @property
    def has_result(self) -> bool:
        return self.state.phase in RESULT

    @property
    def is_public(self) -> bool:
        """Whether the lottery can be trusted without trusting anyone: not if one committer alone draws."""
        return self.state.public


@dataclass(frozen=True, slots=True)
class Entered:
    """A candidate in a round: eligible preferences, reasons against the others, and what the match decided.

    `tiers` by vacancy (0 if left out); `ticket` when it is drawn; `passed` are the eligible preferences above
    `vacancy`. `called_off` is why an offer's contract was cancelled before it was signed.
    """

    reference: str
    eligible: tuple[str, ...]
    score: int
    tiers: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, tuple[Against, ...]] = field(default_factory=dict)
    vacancy: str | None = None
    passed: tuple[Passed, ...] = ()
    ticket: str | None = None
    offer: OfferState | None = None
    called_off: WhyEnded | None = None
    placement: PlacementRow | None = None


@dataclass(frozen=True, slots=True)
class Then:
    """A candidate at a round's closing, as the facts tell it.

    `first_at` is the first registration, also if it came later; `phase` is None if there was none yet.
    `since` is when that phase began, `why` the reason of a delisting.
    """

    first_at: datetime
    phase: Phase | None = None
    since: datetime | None = None
    why: WhyDelisted | None = None
    preferences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A vacancy in a round: how many eligible candidates had it on their list, how many were matched.

    `offers` counts the offers of it by how they stand.
    """

    wished: int
    matched: int
    offers: Mapping[str, int] = field(default_factory=dict)
