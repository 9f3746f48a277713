"""Whatever is reported in whatever order: what holds of vacancies after every step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from jembatan.contracts.model import changed_fields
from jembatan.contracts.partners import Phase as PartnershipPhase
from jembatan.contracts.vacancies import Phase, VacancyState
from services.vacancies.domain.standing import outcome
from tests.unit.vacancies.made import MISSION, PLAIN, STRICT, SUBMITTED, VERIFIED, Desk

IDS = st.sampled_from(("vitalite-1", "vitalite-2", "vitalite-3"))
PHASES = {
    PartnershipPhase.REGISTERED: "partnership.registered",
    PartnershipPhase.OPEN: "partnership.opened",
    PartnershipPhase.SUSPENDED: "partnership.suspended",
    PartnershipPhase.CLOSED: "partnership.closed",
}
AFTER = {
    None: (PartnershipPhase.REGISTERED,),
    PartnershipPhase.REGISTERED: (PartnershipPhase.OPEN, PartnershipPhase.CLOSED),
    PartnershipPhase.OPEN: (PartnershipPhase.SUSPENDED, PartnershipPhase.CLOSED),
    PartnershipPhase.SUSPENDED: (PartnershipPhase.OPEN, PartnershipPhase.CLOSED),
    PartnershipPhase.CLOSED: (),
}
NB = SUBMITTED["partnership"]


class Vacancies(RuleBasedStateMachine):
    """Three job orders under one partnership, whose watermark follows the clock some days behind."""

    @initialize(rules=st.sampled_from((PLAIN, VERIFIED, STRICT)))
    def begin(self, rules: Any) -> None:  # noqa: ANN401
        self.desk = Desk(rules)
        self.folded: dict[str, VacancyState] = {}
        self.were_posted: set[str] = set()

    def _fold(self) -> None:
        for fact in self.desk.facts:
            data: Any = fact.data
            assert data.changed == changed_fields(self.folded.get(fact.subject), data.state)
            assert data.changed, f"{fact.type} changes nothing"
            self.folded[fact.subject] = data.state
            if data.state.phase is Phase.POSTED:
                self.were_posted.add(fact.subject)
        self.desk.facts.clear()

    @rule(
        subject=IDS,
        days=st.integers(-1, 20),
        isco=st.sampled_from(("2221", "2221", "5321")),
        payer=st.sampled_from(("EMPLOYER", "EMPLOYER", "WORKER")),
    )
    def submit(self, subject: str, days: int, isco: str, payer: str) -> None:
        closes = self.desk.at + timedelta(days=days)
        cost = {"item": "travel", "payer": payer}
        data = SUBMITTED | {"closes_on": closes.isoformat(), "isco08": isco, "costs": [cost]}
        self.desk.report("job_order.submitted", data, subject)
        self._fold()

    @rule(subject=IDS, openings=st.integers(1, 4), days=st.none() | st.integers(-1, 20))
    def amend(self, subject: str, openings: int, days: int | None) -> None:
        data: dict[str, Any] = {"openings": openings}
        if days is not None:
            data["closes_on"] = (self.desk.at + timedelta(days=days)).isoformat()
        self.desk.report("job_order.amended", data, subject)
        self._fold()

    @rule(subject=IDS, name=st.sampled_from(("job_order.verified", "job_order.rejected")))
    def check(self, subject: str, name: str) -> None:
        self.desk.report(name, {"reason": "X"} if name.endswith("rejected") else {}, subject, MISSION)
        self._fold()

    @rule(subject=IDS)
    def withdraw(self, subject: str) -> None:
        self.desk.report("job_order.withdrawn", {"reason": "X"}, subject)
        self._fold()

    @rule(subject=IDS, number=st.integers(1, 3))
    def work_starts(self, subject: str, number: int) -> None:
        self.desk.starts(number, subject)
        self._fold()

    @rule(choice=st.integers(0, 9), narrow=st.booleans())
    def partnership_moves(self, choice: int, narrow: bool) -> None:
        known = self.desk.world.partnerships.get(NB)
        follow = AFTER[known.phase if known else None]
        if not follow or (follow[choice % len(follow)] is PartnershipPhase.CLOSED and choice < 8):
            return
        phase = follow[choice % len(follow)]
        resumed = (
            known is not None and known.phase is PartnershipPhase.SUSPENDED and phase is PartnershipPhase.OPEN
        )
        name = "partnership.resumed" if resumed else PHASES[phase]
        occupations = ("3221",) if narrow and choice == 0 else ("2221",)
        self.desk.partnership(name, phase=phase, occupations=occupations)
        self._fold()

    @rule(days=st.integers(1, 6), behind=st.integers(0, 4))
    def time_goes_on(self, days: int, behind: int) -> None:
        self.desk.at += timedelta(days=days)
        watermark = self.desk.at - timedelta(days=behind)
        live = [state for state in self.desk.world.vacancies.values() if state.phase.live]
        for state in live:
            if state.closes_on < watermark:
                assert len(self.desk.deadline(state.closes_on, state.id)) == 1
        self._fold()

    @invariant()
    def the_facts_give_the_same_states(self) -> None:
        assert self.desk.world.vacancies == self.folded

    @invariant()
    def who_waits_is_pending_and_who_is_pending_waits(self) -> None:
        for state in self.folded.values():
            assert (state.phase is Phase.PENDING) == bool(state.waits_for)

    @invariant()
    def posted_only_under_an_open_partnership(self) -> None:
        known = self.desk.world.partnerships.get(NB)
        for state in self.folded.values():
            if self.desk.at <= state.closes_on and state.phase.live:
                is_open = known is not None and known.phase is PartnershipPhase.OPEN
                assert is_open or state.phase is not Phase.POSTED
                assert not is_open or state.phase is not Phase.SUSPENDED
                assert known is None or not known.phase.ended

    @invariant()
    def no_worker_pays_and_nothing_unverified_is_posted(self) -> None:
        for state in self.folded.values():
            assert all(cost.payer != "WORKER" for cost in state.costs)
            if self.desk.rules.verification and state.phase.posted:
                assert state.verified

    @invariant()
    def closed_was_posted_and_has_an_outcome(self) -> None:
        for state in self.folded.values():
            assert (state.phase in (Phase.CLOSED, Phase.FILLED)) == (state.outcome is not None)
            if state.outcome is not None:
                assert state.outcome == outcome(state)
            if state.phase is Phase.CLOSED:
                assert state.id in self.were_posted

    @invariant()
    def filled_is_who_has_no_opening_left(self) -> None:
        for state in self.folded.values():
            full = state.filled >= state.openings
            assert full or state.phase is not Phase.FILLED
            assert not full or state.phase in (Phase.FILLED, Phase.WITHDRAWN, Phase.REJECTED)


TestVacancies = Vacancies.TestCase
TestVacancies.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
