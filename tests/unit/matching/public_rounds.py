"""Whole rounds as `matching.public` tells them, made by the domain itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from jembatan.contracts.deciding import Decided, Input
from jembatan.contracts.matching.rounds import Cutoff, MarketListed, ResultListed, RoundState
from services.matching import computing
from services.matching.domain import announcing, beacons, closing, committing, freezing, publishing, rounds
from services.matching.domain.world import RoundRow, World
from services.matching.verifying.facts import Fact
from tests.support.beacons import LEAGUE, beacon
from tests.unit.matching.made import (
    CHAINS,
    CLOSES,
    COMMITMENTS,
    NB,
    PROGRAMMES,
    REVEAL,
    SECRETS,
    announcement,
    cap,
    deadline,
    frame_of,
    report,
    reporter,
    vacancy,
    world,
)

R1 = "kp2mi-r1"
MINUTE = timedelta(minutes=1)
DRAND: dict[str, Any] = {"lottery": "drand", "committers": [], "chain": "league"}
PEOPLE: list[tuple[str, tuple[str, ...], dict[str, int], int]] = [
    (f"r-{n:032x}", ("v1", "v2") if n % 2 else ("v2",), {}, n % 3) for n in range(12)
]


class Round:
    """A round that is played step by step; `facts` are what was told of it in public."""

    def __init__(self, name: str = R1, **changes: Any) -> None:  # noqa: ANN401
        self.name = name
        self.world: World = world(caps=(cap(NB, 4),), vacancies=(vacancy("v1", openings=2), vacancy("v2")))
        self.facts: list[Fact] = []
        item = report("round.announced", self.name, announcement(**changes))
        self._apply(announcing.announce(self.world, item, PROGRAMMES, CHAINS), item)
        for by in self.state.committers:
            item = report("commitment.made", self.name, {"commitment": COMMITMENTS[by]}, by=reporter(by))
            self._apply(committing.commit(self.world, item), item)

    @property
    def state(self) -> RoundState:
        return self.world.rounds[self.name].state

    def freeze(self) -> None:
        frame = frame_of(self.world, self.state)
        named = freezing.named(self.state, CHAINS, CLOSES)
        assert not isinstance(named, freezing.Unfit)
        lists = [[one.model_dump(mode="json") for one in many] for many in (frame.nodes, frame.listed())]
        listed = computing.freeze(lists[0], lists[1], PEOPLE)
        self.header, self.parts = freezing.header(self.state, named), listed.parts
        for part in listed.parts:
            self._tell("round.market_listed", MarketListed.model_validate(part))
        fixed = named.awaited(self.state) if named else {}
        counts = {"parts": len(listed.parts), "candidates": listed.candidates}
        snapshot = computing.name(self.header.model_dump(mode="json"), listed.parts)
        self._done(rounds.frozen(self.state, self.header, snapshot=snapshot, **counts, **fixed))

    def reveal(self, *committers: str) -> None:
        for by in committers:
            item = report(
                "secret.revealed", self.name, {"secret": SECRETS[by].hex()}, CLOSES + MINUTE, reporter(by)
            )
            self._apply(committing.reveal(self.world, item), item)

    def default(self) -> None:
        item = deadline("round.reveal_by", self.name, rounds.draw_due(self.state))
        self._apply(closing.end_waiting(self.world, item), item)

    def beacon(self) -> None:
        number = self.state.awaits
        assert number is not None
        late = LEAGUE.time(number) + MINUTE
        at = late if not self.state.awaits_until else max(late, self.state.awaits_until - MINUTE)
        item = report("beacon.published", self.name, beacon(number), at, reporter("relay"))
        self._apply(beacons.publish(self.world, item, CHAINS), item)

    def publish(self) -> None:
        state = self.state
        header, draw = self.header.model_dump(mode="json"), publishing.draw(state)
        found = computing.match(header, self.parts, draw, state.snapshot or "")
        for part in found.parts:
            self._tell("round.result_listed", ResultListed.model_validate(part))
        cutoffs = {NB: Cutoff.model_validate(found.cutoffs[NB])}
        matched = len(found.matches)
        totals = publishing.Totals(found.digest, len(found.parts), matched, len(PEOPLE) - matched, cutoffs)
        self._apply(publishing.publish(RoundRow(state), totals), deadline("", self.name, REVEAL))

    def _apply(self, outcome: object, item: Input) -> None:
        assert isinstance(outcome, Decided), outcome
        for fact in outcome.facts:
            self._tell(fact.type, fact.data)
            rounds.evolve(self.world, fact.data, item)  # type: ignore[arg-type]

    def _done(self, fact: Any) -> None:  # noqa: ANN401
        self._tell(fact.type, fact.data)
        rounds.evolve(self.world, fact.data, deadline("", self.name, CLOSES))

    def _tell(self, name: str, data: Any, at: datetime | None = None) -> None:  # noqa: ANN401
        self.facts.append(Fact(name, len(self.facts) + 1, data.model_dump(mode="json"), at))


def by_secrets(name: str = R1) -> list[Fact]:
    """A round drawn by secrets, published and settled."""
    played = Round(name, chain="league")
    played.freeze()
    played.reveal("kp2mi", "gnb")
    played.publish()
    return played.facts


def by_beacon(name: str = R1) -> list[Fact]:
    """A round drawn by the beacon named at its freeze."""
    played = Round(name, **DRAND)
    played.freeze()
    played.beacon()
    played.publish()
    return played.facts


def by_default(name: str = R1) -> list[Fact]:
    """A round whose second committer showed nothing, drawn by the first beacon that stands in for it."""
    played = Round(name, chain="league")
    played.freeze()
    played.reveal("kp2mi")
    played.default()
    played.beacon()
    played.publish()
    return played.facts
