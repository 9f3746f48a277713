"""Which rule an input meets, and how a fact or a note changes the world."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pydantic import BaseModel

from jembatan.contracts.deciding import Draft, Input, InputKind, Outcome
from jembatan.contracts.matching.candidates import CandidateFact
from jembatan.contracts.matching.chains import QUICKNET, Chain
from jembatan.contracts.matching.offers import OfferFact, UsageChanged
from jembatan.contracts.matching.placements import PlacementFact
from jembatan.contracts.matching.rounds import RoundFact
from services.matching.domain import (
    announcing,
    beacons,
    candidates,
    closing,
    committing,
    copies,
    leaving,
    offers,
    placements,
    placements_ends,
    placements_steps,
    rounds,
)
from services.matching.domain.candidates_evidence import EvidenceKept
from services.matching.domain.rules import Programmes, Rules
from services.matching.domain.world import World

Rule = Callable[[World, Input], Outcome]

REPORTS: dict[str, Rule] = {
    "commitment.made": committing.commit,
    "secret.revealed": committing.reveal,
    "abort.ordered": committing.order_abort,
    "offer.accepted": offers.accept,
    "offer.declined": offers.decline,
}
PLACEMENTS: dict[str, Callable[[World, Input, Rules | None], Outcome]] = {
    "contract.signed": placements.sign,
    **dict.fromkeys(placements_steps.STEPS, placements.step),
}
OF_CANDIDATES = (CandidateFact, EvidenceKept)
DEADLINES: dict[str, Rule] = {
    "round.closes_at": closing.close,
    "round.reveal_by": closing.end_waiting,
    "round.last_reveal": closing.begin_match,
    "offer.answer_by": offers.lapse,
}


class MatchingDomain:
    """The rules, with the programmes that rounds and candidates are judged by, and the chains of beacons."""

    def __init__(self, programmes: Programmes, chains: Iterable[Chain] = (QUICKNET,)) -> None:
        self._programmes = programmes
        self._chains = {chain.hash: chain for chain in chains}

    def decide(self, world: World, item: Input) -> Outcome:
        """What an input leads to."""
        if item.kind is InputKind.FACT:
            return copies.hear(world, item)
        if item.type == "round.announced":
            return announcing.announce(world, item, self._programmes, self._chains)
        if item.type == "beacon.published":
            return beacons.publish(world, item, self._chains)
        if item.type == "contract.cancelled":
            return leaving.cancel(world, item, self._programmes)
        if item.type in PLACEMENTS:
            return PLACEMENTS[item.type](world, item, self._of_round(world, item))
        rules = DEADLINES if item.kind is InputKind.DEADLINE else REPORTS
        rule = rules.get(item.type)
        return rule(world, item) if rule else candidates.decide(world, item, self._programmes)

    def _of_round(self, world: World, item: Input) -> Rules | None:
        """The rules of the round that an offer came of; None if its programme is not installed any more."""
        offer = world.offers.get(item.subject)
        return self._programmes.get(world.rounds[offer.round].state.programme) if offer else None

    def evolve(self, world: World, change: Draft | BaseModel, item: Input) -> None:
        """Apply a fact or a private change."""
        data = change.data if isinstance(change, Draft) else change
        if isinstance(data, OF_CANDIDATES):  # first, since they are the most
            candidates.evolve(world, change, item)
        elif isinstance(data, OfferFact):
            offers.evolve(world, data)
        elif isinstance(data, PlacementFact | placements_ends.AsideKept | placements_ends.CalledOff):
            placements.evolve(world, data)
        elif isinstance(data, UsageChanged):
            world.put_usage(data.state)
        elif isinstance(data, RoundFact | rounds.FreezeBegun | rounds.MatchBegun):
            rounds.evolve(world, data, item)
        elif isinstance(data, copies.COPIED):
            copies.evolve(world, data)
        elif isinstance(change, Draft) and change.type.startswith("match."):
            return  # The result is kept beside the round; nothing rests on this fact.
        else:
            raise TypeError(f"matching knows no change by {type(data).__name__}")
