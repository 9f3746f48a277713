"""Seats over any order of rounds, answers, repeats and cap changes: no match takes one beyond a cap."""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from jembatan.contracts.deciding import Decided, Input, InputKind, Outcome, Refused
from jembatan.contracts.matching.offers import OfferFact, OfferPhase, UsageChanged
from jembatan.contracts.matching.rounds import Phase, RoundFact
from jembatan.contracts.partners import CapChanged
from services.matching import computing
from services.matching.domain import caps, copies, freezing, offers, publishing, rounds
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
    report,
    round_state,
    vacancy,
    world,
)

NODES = ("ID", "ID:CA-NB", NB, NS)
VACANCIES = (vacancy("v1", openings=2), vacancy("v2", openings=3), vacancy("ns", NS, openings=4))
WISHES = st.lists(st.permutations(["v1", "v2", "ns"]), min_size=1, max_size=8)
HOLDING = (OfferPhase.EXTENDED, OfferPhase.ACCEPTED)


class Seats(RuleBasedStateMachine):
    """One world, changed by decisions alone."""

    def __init__(self) -> None:
        super().__init__()
        self.world = world(vacancies=VACANCIES)
        self.rounds = 0

    def apply(self, outcome: Outcome, item: Input) -> None:
        if isinstance(outcome, Refused):
            return
        for data in (*(fact.data for fact in outcome.facts), *outcome.notes):
            if isinstance(data, OfferFact):
                offers.evolve(self.world, data)
            elif isinstance(data, UsageChanged):
                self.world.put_usage(data.state)
            elif isinstance(data, RoundFact):
                rounds.evolve(self.world, data, item)
            elif isinstance(data, copies.COPIED):
                copies.evolve(self.world, data)

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
        frame = freezing.fix(self.world, state, self.by_vacancy())
        assert isinstance(frame, freezing.Frame)
        entered = [
            freezing.enter(state, frame, Plain(), candidate(f"{name}-c{n}", *wished), (), b"s" * 32)
            for n, wished in enumerate(wishes)
        ]
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
        people = [(entry.reference, entry.preferences, entry.score) for entry in entries if entry.preferences]
        listed = computing.freeze(lists[0], lists[1], people, freezing.TIER)
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

    def held(self, name: str) -> int:
        """Seats under a cap, counted from the offers themselves."""
        one = self.world.caps[name]
        return sum(
            offer.phase in HOLDING and caps.covers(one, offer.partnership) and caps.counts(one, CLOSES)
            for offer in self.world.offers.values()
        )

    def by_vacancy(self) -> Counter[str]:
        return Counter(offer.vacancy for offer in self.world.offers.values() if offer.phase in HOLDING)

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
