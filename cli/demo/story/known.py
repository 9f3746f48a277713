"""What is known so far, folded from the facts that were read. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from jembatan.client import Event
from jembatan.contracts.matching.candidates import CandidateState
from jembatan.contracts.matching.offers import MatchState, OfferPhase, OfferState, UsageState
from jembatan.contracts.matching.placement_values import PlacementState
from jembatan.contracts.matching.rounds import RoundState
from jembatan.contracts.partners import PartnershipState
from jembatan.contracts.refusal import Refusal
from jembatan.contracts.vacancies import VacancyState

HOLDING = (OfferPhase.EXTENDED, OfferPhase.ACCEPTED)


@dataclass(slots=True)
class Known:
    """The last state of each subject, by noun and id, and every refusal."""

    partnerships: dict[str, PartnershipState] = field(default_factory=dict)
    vacancies: dict[str, VacancyState] = field(default_factory=dict)
    candidates: dict[str, CandidateState] = field(default_factory=dict)
    rounds: dict[str, RoundState] = field(default_factory=dict)
    matches: dict[str, dict[str, MatchState]] = field(default_factory=lambda: defaultdict(dict))
    offers: dict[str, OfferState] = field(default_factory=dict)
    placements: dict[str, PlacementState] = field(default_factory=dict)
    usage: dict[str, UsageState] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    exemplified: set[str] = field(default_factory=set)

    def learn(self, event: Event) -> None:
        """Take an event in; facts of one subject come in their order."""
        state = getattr(event.data, "state", None)
        match state:
            case PartnershipState():
                self.partnerships[event.subject] = state
            case VacancyState():
                self.vacancies[event.subject] = state
            case CandidateState():
                self.candidates[event.subject] = state
            case RoundState():
                self.rounds[event.subject] = state
            case MatchState():
                self.matches[state.round][state.candidate] = state
            case OfferState():
                self.offers[event.subject] = state
            case PlacementState():
                self.placements[event.subject] = state
            case UsageState():
                self.usage[event.subject] = state
            case _ if isinstance(event.data, Refusal):
                self.refusals.append(event.data)

    def placed_before(self, round_id: str) -> set[str]:
        """Who has accepted an offer of another round, which stands."""
        return {one.candidate for one in self.standing() if one.round != round_id}

    def standing(self) -> list[OfferState]:
        """The accepted offers whose placements are not over."""
        placed = self.placements
        accepted = [one for one in self.offers.values() if one.phase is OfferPhase.ACCEPTED]
        return [one for one in accepted if one.id not in placed or not placed[one.id].phase.over]

    def accepted(self, partnership: str) -> list[OfferState]:
        """The accepted offers of a partnership, in order of the candidates' ids."""
        accepted = [one for one in self.offers.values() if one.phase is OfferPhase.ACCEPTED]
        ours = [one for one in accepted if one.partnership == partnership]
        return sorted(ours, key=lambda offer: offer.candidate)

    def held(self, partnership: str) -> list[OfferState]:
        """The offers of a partnership that hold a seat."""
        ours = [offer for offer in self.offers.values() if offer.partnership == partnership]
        return [offer for offer in ours if self.holds(offer)]

    def holds(self, offer: OfferState) -> bool:
        """Whether the offer, or the placement that came of it, holds a seat."""
        placement = self.placements.get(offer.id)
        return placement.seat_held if placement else offer.phase in HOLDING

    def offered(self, round_id: str) -> list[OfferState]:
        """A round's offers, in order of the candidates' ids."""
        return sorted(
            (offer for offer in self.offers.values() if offer.round == round_id),
            key=lambda offer: offer.candidate,
        )
