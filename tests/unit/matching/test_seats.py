"""Seats over any order of rounds, answers, placements, repeats and cap changes.

No match takes a seat beyond a cap, and each seat is given back at most once.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pydantic import BaseModel

from jembatan.contracts.deciding import Decided, Draft, Input, InputKind, Outcome, Refused
from jembatan.contracts.matching.offers import OfferFact, OfferPhase
from jembatan.contracts.matching.placements import PlacementFact
from jembatan.contracts.matching.rounds import Phase
from jembatan.contracts.partners import CapChanged
from services.matching import computing
from services.matching.domain import MatchingDomain, caps, copies, freezing, offers, publishing
from services.matching.domain.world import RoundRow
from tests.unit.matching.made import (
    ANSWER,
    CLOSES,
    NB,
    NS,
    REVEAL,
    SECRETS,
    Plain,
    candidate,
    cap,
    deadline,
    frame_of,
    report,
    reporter,
    round_state,
    vacancy,
    world,
)
from tests.unit.matching.placing import AT, MODELS, SENT, Year

NODES = ("ID", "ID:CA-NB", NB, NS)
VACANCIES = (vacancy("v1", openings=2), vacancy("v2", openings=3), vacancy("ns", NS, openings=4))
WISHES = st.lists(st.permutations(["v1", "v2", "ns"]), min_size=1, max_size=8)
HOLDING = (OfferPhase.EXTENDED, OfferPhase.ACCEPTED)
LEAVING = {"candidate.withdrawn": {}, "candidate.rejected": {"reason": "NOT_GENUINE"}}
MORE = [
    *SENT.items(),
    ("clearance.granted", {"kind": "ORIENTATION"}),
    ("clearance.refused", {"kind": "VISA", "reason": "RECORD", "final": False}),
    ("contract.cancelled", {"by": "CANDIDATE", "reason": "HOME"}),
]
WHOLE: list[tuple[str, dict[str, Any]]] = [
    ("offer.accepted", {}),
    ("contract.signed", SENT["contract.signed"]),
    ("clearance.granted", {"kind": "ORIENTATION"}),
    *((name, SENT[name]) for name in ("clearance.granted", "departure.recorded", "arrival.recorded")),
    *((name, SENT[name]) for name in ("employment.ended", "return.recorded")),
]
SKIPPED = ("", "arrival.recorded", "arrival.recorded", "departure.recorded", "contract.signed")
FAR = (1, 2, 4, 5, *3 * (6, 8))


class Seats(RuleBasedStateMachine):
    """One world, changed by decisions alone."""

    def __init__(self) -> None:
        super().__init__()
        self.world = world(vacancies=VACANCIES)
        self.domain = MatchingDomain({"health/1": Year()})
        self.rounds = 0
        self.released: Counter[str] = Counter()

    def apply(self, outcome: Outcome, item: Input) -> None:
        if isinstance(outcome, Refused):
            return
        changes: list[Draft | BaseModel] = [*outcome.facts, *outcome.notes]
        for change in changes:
            self.domain.evolve(self.world, change, item)
        for fact in outcome.facts:
            self.count(fact.data)

    def count(self, data: object) -> None:
        """Which seats came back, by what the facts say of the pair itself."""
        if isinstance(data, OfferFact) and data.state.phase not in HOLDING:
            self.released[data.state.id] += 1
        if isinstance(data, PlacementFact) and "ended_on" in data.changed and not data.state.arrived_on:
            self.released[data.state.id] += 1

    @rule(node=st.sampled_from(NODES), most=st.one_of(st.none(), st.integers(0, 6)))
    def set_cap(self, node: str, most: int | None) -> None:
        state = cap(node, most)
        item = Input(InputKind.FACT, "cap.changed", node, CapChanged(state=state, changed=()), REVEAL)
        self.apply(copies.hear(self.world, item), item)

    @rule(wishes=WISHES, scope=st.sampled_from([[NB], [NS], [NB, NS]]))
    def run_round(self, wishes: list[list[str]], scope: list[str]) -> None:
        self.rounds += 1
        name = f"kp2mi-r{self.rounds}"
        state = round_state(name, scope=scope)
        before = {one.id: self.held(one.id) for one in self.world.caps.values()}
        frame = frame_of(self.world, state, self.by_vacancy())
        people = [candidate(f"{name}-c{n}", *wished) for n, wished in enumerate(wishes)]
        self.world.candidates |= {row.state.id: row for row in people}
        entered = [freezing.enter(state, frame, Plain(), row, (), b"s" * 32) for row in people]
        self.publish(state.id, frame, [entry for entry in entered if entry], scope)
        for name, one in self.world.caps.items():
            assert one.max is None or self.held(name) <= max(one.max, before[name])
        seats = self.by_vacancy()
        assert all(seats[one.id] <= one.openings for one in VACANCIES)

    def publish(
        self, name: str, frame: freezing.Frame, entries: list[freezing.Entry], scope: list[str]
    ) -> None:
        state = round_state(name, scope=scope, phase="drawn")
        self.world.rounds[name] = RoundRow(state)
        header = freezing.header(state, None).model_dump(mode="json")
        lists = [[one.model_dump(mode="json") for one in many] for many in (frame.nodes, frame.listed())]
        people = [
            (entry.reference, entry.preferences, entry.tiers, entry.score)
            for entry in entries
            if entry.preferences
        ]
        listed = computing.freeze(lists[0], lists[1], people)
        snapshot = computing.name(header, listed.parts)
        draw = {"rho": SECRETS["gnb"].hex()}
        found = computing.match(header, listed.parts, draw, snapshot)
        outcomes = [self.outcome(entry, frame, found) for entry in entries]
        item = deadline("", name, REVEAL)
        self.apply(publishing.tell(self.world, state, outcomes, REVEAL), item)
        totals = publishing.Totals(found.digest, 1, len(found.matches), 0, {})
        self.apply(publishing.publish(self.world.rounds[name], totals), item)

    def outcome(
        self, entry: freezing.Entry, frame: freezing.Frame, found: computing.Matched
    ) -> publishing.Outcome:
        vacancy = found.matches.get(entry.reference)
        home = frame.vacancies[vacancy].state.partnership if vacancy else None
        return publishing.Outcome(entry.candidate, len(entry.preferences), vacancy, home)

    @precondition(lambda self: self.world.offers)
    @rule(data=st.data(), way=st.sampled_from(["offer.accepted", "offer.declined", "lapse"]))
    def answer(self, data: st.DataObject, way: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.world.offers)))
        if way == "lapse":
            item = deadline("offer.answer_by", name, ANSWER)
            outcome: Outcome = offers.lapse(self.world, item)
        else:
            item = report(way, name, {}, ANSWER)
            outcome = (offers.accept if way == "offer.accepted" else offers.decline)(self.world, item)
        answered = self.world.offers[name].phase is not OfferPhase.EXTENDED
        assert answered is (isinstance(outcome, Refused) or outcome == Decided())
        self.apply(outcome, item)

    def decide(self, item: Input) -> Outcome:
        outcome = self.domain.decide(self.world, item)
        self.apply(outcome, item)
        return outcome

    @precondition(lambda self: self.world.offers)
    @rule(data=st.data(), times=st.integers(1, 9))
    def place(self, data: st.DataObject, times: int) -> None:
        """Some reports about one offer, in any order, each twice now and then."""
        name = data.draw(st.sampled_from(sorted(self.world.offers)))
        for _ in range(times):
            kind, given = data.draw(st.sampled_from(MORE))
            self.decide(report(kind, name, given, AT))

    @precondition(lambda self: self.world.offers)
    @rule(
        data=st.data(),
        last=st.sampled_from(FAR),
        without=st.sampled_from(SKIPPED),
        leaves=st.none() | st.sampled_from(sorted(LEAVING)),
    )
    def go_on(self, data: st.DataObject, last: int, without: str, leaves: str | None) -> None:
        """A placement as it should go, up to somewhere, one step left out, or left by its candidate."""
        name = data.draw(st.sampled_from(sorted(self.world.offers)))
        for kind, given in WHOLE[:last]:
            if kind != without:
                self.decide(report(kind, name, given, ANSWER if kind == "offer.accepted" else AT))
        if leaves:
            self.leaves(leaves, self.world.offers[name].candidate)

    @precondition(lambda self: self.world.offers)
    @rule(data=st.data(), kind=st.sampled_from(sorted(LEAVING)))
    def leave(self, data: st.DataObject, kind: str) -> None:
        offer = self.world.offers[data.draw(st.sampled_from(sorted(self.world.offers)))]
        self.leaves(kind, offer.candidate)

    def leaves(self, kind: str, candidate: str) -> None:
        by, given = reporter(), MODELS[kind].model_validate(LEAVING[kind])
        self.decide(Input(InputKind.REPORT, kind, candidate, given, AT, by.source, "1", by))

    def held(self, name: str) -> int:
        """Seats under a cap, counted from what came back of those that were offered."""
        one = self.world.caps[name]
        return sum(
            not self.released[offer.id] and caps.covers(one, offer.partnership) and caps.counts(one, CLOSES)
            for offer in self.world.offers.values()
        )

    def by_vacancy(self) -> Counter[str]:
        return Counter(offer.vacancy for offer in self.world.offers.values() if not self.released[offer.id])

    @invariant()
    def each_seat_comes_back_once_at_most(self) -> None:
        assert set(self.released.values()) <= {0, 1}
        for (round_id, home), tally in self.world.tallies.items():
            ours = [o for o in self.world.offers.values() if (o.round, o.partnership) == (round_id, home)]
            assert tally.held == sum(not self.released[offer.id] for offer in ours)

    @invariant()
    def who_started_work_keeps_the_seat(self) -> None:
        for name, row in self.world.placements.items():
            assert row.state.seat_held is not bool(self.released[name])
            assert row.state.seat_held or row.state.arrived_on is None

    @invariant()
    def what_was_told_is_what_is_held(self) -> None:
        for name, one in self.world.caps.items():
            assert self.world.usage[name] == caps.usage(one, self.held(name))

    @invariant()
    def a_round_is_settled_when_no_offer_is_open_and_not_before(self) -> None:
        still = Counter(o.round for o in self.world.offers.values() if o.phase is OfferPhase.EXTENDED)
        for name, row in self.world.rounds.items():
            assert row.open_offers == still[name]
            assert (row.state.phase is Phase.SETTLED) is (still[name] == 0)


TestSeats = Seats.TestCase
TestSeats.settings = settings(max_examples=60, stateful_step_count=15, deadline=None)
