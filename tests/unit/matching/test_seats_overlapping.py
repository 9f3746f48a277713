"""Rounds that overlap: frozen and published at any time, with candidates and caps in common, in any order.

What is held to is what a single round is held to (`test_seats`), and that a round waits where another could
take what it was promised, that nobody has two live offers, and that no offer outlives what it is of.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from jembatan.contracts.deciding import Decided, Input, InputKind, NewJob
from jembatan.contracts.matching.offers import OfferPhase
from jembatan.contracts.matching.rounds import Phase
from jembatan.contracts.refusal import Reason
from jembatan.contracts.vacancies import VacancyWithdrawn
from services.matching.domain import copies, ending, freezing
from services.matching.domain.world import RoundRow
from tests.unit.matching.made import (
    CLOSES,
    COMMITMENTS,
    NB,
    NS,
    REVEAL,
    Plain,
    candidate,
    deadline,
    round_state,
    vacancy,
)
from tests.unit.matching.test_seats import HOLDING, Seats

PEOPLE = [f"kp2mi-c{n}" for n in range(6)]
LISTS = st.lists(st.permutations(["v1", "v2", "ns"]), min_size=3, max_size=6)
BARRED = Reason(code="IN_OTHER_ROUND", detail="Held by another round or offer.")


class Overlapping(Seats):
    """One world, in which several rounds are under way."""

    def __init__(self) -> None:
        super().__init__()
        self.frozen: dict[str, tuple[freezing.Frame, list[freezing.Entry]]] = {}
        self.entered: dict[str, set[str]] = {}
        self.limits: dict[str, dict[str, int]] = {}
        self.jobs: list[NewJob] = []

    # Here a round is frozen by one rule, and published by another; placements are told from `go_on` alone.
    run_round = None  # type: ignore[assignment]
    place = None  # type: ignore[assignment]

    @rule(wishes=LISTS, scope=st.sampled_from([[NB], [NS], [NB, NS]]))
    def freeze(self, wishes: list[list[str]], scope: list[str]) -> None:
        self.rounds += 1
        name = f"kp2mi-r{self.rounds}"
        self.world.put_round(RoundRow(round_state(name, scope=scope, commitments=COMMITMENTS)))
        outcome = self.decide(deadline("round.closes_at", name, CLOSES))
        if not self.world.rounds[name].freezing:
            assert outcome == Decided()
            assert self.frozen, "it waits for no other"
            del self.world.rounds[name]
            return
        begun = self.world.begun[name]
        self.limits[name] = {one: self.most(one) for one in begun.caps}
        ours = self.world.vacancies.values()
        frame = freezing.fix(begun.nodes, scope, ours, self.by_vacancy())
        self.frozen[name] = frame, self.take(name, frame, wishes)

    def most(self, name: str) -> int:
        """What may be held under a cap from now on, by whoever is frozen under it."""
        number = self.world.caps[name].max
        assert number is not None
        return max(number, self.held(name))

    def take(self, name: str, frame: freezing.Frame, wishes: list[list[str]]) -> list[freezing.Entry]:
        entries = []
        for who, wished in zip(PEOPLE, wishes, strict=False):
            if not self.holds(who):
                self.world.candidates[who] = candidate(who, *wished)
            bars = (BARRED,) if self.holds(who) or self.in_round(who) else ()
            row = replace(self.world.candidates[who])
            state = self.world.rounds[name].state
            entry = freezing.enter(state, frame, Plain(), row, bars, b"s" * 32)
            if entry is not None:
                entries.append(entry)
        self.entered[name] = {entry.candidate for entry in entries if entry.preferences}
        return entries

    def holds(self, who: str) -> bool:
        return any(offer.candidate == who and self.stands(offer.id) for offer in self.world.offers.values())

    def stands(self, name: str) -> bool:
        placement = self.world.placements.get(name)
        return self.world.offers[name].phase in HOLDING and not (placement and placement.state.phase.over)

    def in_round(self, who: str) -> bool:
        return any(
            who in people and self.world.rounds[name].state.phase is not Phase.SETTLED
            for name, people in self.entered.items()
        )

    @precondition(lambda self: self.frozen)
    @rule(data=st.data())
    def publish_one(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.frozen)))
        frame, entries = self.frozen.pop(name)
        before = set(self.world.offers)
        self.publish(name, frame, entries, list(self.world.rounds[name].state.scope))
        self.world.busy.pop(name)
        took = Counter(self.world.offers[one].vacancy for one in set(self.world.offers) - before)
        assert all(number <= frame.vacancies[one].openings for one, number in took.items())
        for one, limit in self.limits[name].items():
            assert self.held(one) <= limit

    @rule(name=st.sampled_from(["v1", "v2", "ns"]), wait=st.booleans())
    def withdraw_vacancy(self, name: str, wait: bool) -> None:
        before = self.world.vacancies[name]
        gone = vacancy(name, before.partnership, "withdrawn", before.openings)
        item = Input(
            InputKind.FACT,
            "vacancy.withdrawn",
            name,
            VacancyWithdrawn(state=gone, changed=("phase",), reason="POSITION_CUT"),
            REVEAL,
        )
        outcome = copies.hear(self.world, item)
        self.apply(outcome, item)
        self.jobs += outcome.jobs
        if not wait:
            self.end_offers()

    @precondition(lambda self: self.jobs)
    @rule()
    def end_offers(self) -> None:
        """All that the jobs under way have to do; then the vacancies are there anew, under their names."""
        while self.jobs:
            job = self.jobs.pop()
            ours = [offer for _, offer in sorted(self.world.offers.items()) if offer.vacancy == job.subject]
            facts = ending.together(self.world, ours, ending.WHY[job.kind], REVEAL)
            self.apply(Decided(facts), deadline("offer.ended", job.subject, REVEAL))

    @rule(name=st.sampled_from(["v1", "v2", "ns"]))
    def post_again(self, name: str) -> None:
        """In the place of another vacancy, so that a run does not end with the third one withdrawn."""
        if not self.jobs and not self.frozen:
            home = self.world.vacancies[name].partnership
            self.world.put_vacancy(vacancy(name, home, openings=self.world.vacancies[name].openings))

    @invariant()
    def nobody_has_two_live_offers(self) -> None:
        live = Counter(offer.candidate for offer in self.world.offers.values() if self.stands(offer.id))
        assert not live or max(live.values()) == 1

    @invariant()
    def no_open_offer_outlives_its_vacancy_or_candidate(self) -> None:
        ending_now = {job.subject for job in self.jobs}
        for offer in self.world.offers.values():
            if offer.phase in HOLDING and offer.id not in self.world.placements:
                assert self.world.candidates[offer.candidate].state.delisted_for is None
                gone = self.world.vacancies[offer.vacancy].phase == "withdrawn"
                assert not gone or offer.vacancy in ending_now

    @invariant()
    def caps_that_share_a_seat_are_marked_by_one_round_at_a_time(self) -> None:
        for name, limits in self.limits.items():
            if name in self.frozen:
                assert all(self.held(one) <= limit for one, limit in limits.items())

    @invariant()
    def a_round_is_settled_when_no_offer_is_open_and_not_before(self) -> None:
        still = Counter(o.round for o in self.world.offers.values() if o.phase is OfferPhase.EXTENDED)
        for name, row in self.world.rounds.items():
            assert row.open_offers == still[name]
            if name not in self.frozen:
                assert (row.state.phase is Phase.SETTLED) is (still[name] == 0)


TestOverlapping = Overlapping.TestCase
TestOverlapping.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
