"""Vacancies at a desk: job orders, partnerships' facts and deadlines decided one by one in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from jembatan.contracts.deciding import Decided, Draft, Input, InputKind, Outcome, Refused
from jembatan.contracts.matching.placement_values import PlacementPhase, PlacementState
from jembatan.contracts.matching.placements import PlacementFact, PlacementStarted
from jembatan.contracts.model import changed_fields
from jembatan.contracts.partners import PartnershipFact, PartnershipState
from jembatan.contracts.partners import Phase as PartnershipPhase
from jembatan.contracts.registry import FACTS, REPORTS
from jembatan.contracts.reporters import Reporter
from jembatan.contracts.vacancies import VacancyState
from jembatan.contracts.vacancies.rules import MinMonths, TeerRule, VacancyRules, WorkerCosts
from services.vacancies.domain import VacanciesDomain, World

NB = "ID:CA-NB:ISIC4-Q:G2G:1"
ID = "vitalite-1"
START = datetime(2025, 1, 1, tzinfo=UTC)
EMPLOYER = Reporter(code="vitalite", source="urn:v", types=("job_order.*",), employers=("vitalite",))
MISSION = Reporter(code="mission", source="urn:m", types=("job_order.*",), origins=("ID",))

SUBMITTED: dict[str, Any] = {
    "partnership": NB,
    "employer": "vitalite",
    "title": "Registered nurse",
    "isco08": "2221",
    "noc2021": "31301",
    "place": "CA-NB",
    "openings": 3,
    "wage": {"min": 3834, "max": 4600, "currency": "CAD", "unit": "HOUR"},
    "hours_week": "37.5",
    "contract": {"permanent": True},
    "costs": [{"item": "travel", "payer": "EMPLOYER"}],
    "closes_on": "2025-01-11T00:00:00Z",
}
STATE = PartnershipState.model_validate(
    {
        "id": NB,
        "origin": "ID",
        "jurisdiction": "CA-NB",
        "sector": "ISIC4-Q",
        "scheme": "G2G",
        "number": 1,
        "phase": "registered",
        "origin_agency": "KP2MI",
        "host_agency": "New Brunswick",
        "occupations": ["2221", "3221"],
    }
)
SOURCE: dict[str, Any] = {"basis": "a law", "known": "source"}
PLAIN = VacancyRules()
VERIFIED = VacancyRules(verification=True)
STRICT = VacancyRules(
    cost_items_never_worker=WorkerCosts(items=("travel", "visa"), **SOURCE),
    excluded_teer=TeerRule(teer=(5,), **SOURCE),
    min_months=MinMonths(teer=(0, 1, 2, 3), months=12, **SOURCE),
    permanent_only=TeerRule(teer=(4,), **SOURCE),
)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def placement(name: str, vacancy: str = ID, candidate: str = "c1", at: datetime = START) -> Input:
    """A placement's fact, as matching tells it."""
    pair = {"id": f"r1:{candidate}", "round": "r1", "candidate": candidate, "vacancy": vacancy}
    state = PlacementState.model_validate(
        pair
        | {"partnership": NB, "employer": "vitalite", "signed_on": "2025-01-02", "seat_held": True}
        | {"phase": PlacementPhase.STARTED}
    )
    model: type[PlacementFact] = PlacementStarted if name == "placement.started" else PlacementFact
    return Input(InputKind.FACT, name, state.id, model(state=state, changed=()), at, sequence=1)


class Desk:
    """Plays inputs, and holds each to what the language says that it can lead to."""

    def __init__(self, rules: VacancyRules = PLAIN) -> None:
        self.rules, self.world, self.at = rules, World(), START
        self.domain = VacanciesDomain(lambda partnership: self.rules)
        self.facts: list[Draft] = []

    def report(
        self,
        name: str,
        data: dict[str, Any] | None = None,
        subject: str = ID,
        by: Reporter = EMPLOYER,
        at: datetime | None = None,
    ) -> list[str]:
        """The names of the facts that a report leads to, or the codes of its refusal."""
        model = REPORTS[name].model.model_validate(data or {})
        item = Input(InputKind.REPORT, name, subject, model, at or self.at, by.source, "1", by)
        outcome = self._play(item)
        if isinstance(outcome, Refused):
            assert all(one.detail for one in outcome.reasons)
            return [one.code for one in outcome.reasons]
        assert outcome.facts, "a report that is accepted leads to a fact"
        assert {fact.type for fact in outcome.facts} <= set(REPORTS[name].leads_to)
        return [fact.type for fact in outcome.facts]

    def submit(self, **change: Any) -> list[str]:  # noqa: ANN401
        return self.report("job_order.submitted", SUBMITTED | change)

    def partnership(self, name: str, at: datetime | None = None, **change: Any) -> list[str]:  # noqa: ANN401
        """A fact of the partnership arrives: `partnership.opened` with these changes of its state."""
        before = self.world.partnerships.get(NB)
        after = (before or STATE).model_copy(update=change)
        data = PartnershipFact(state=after, changed=changed_fields(before, after))
        return self._caused(Input(InputKind.FACT, name, NB, data, at or self.at, sequence=1), name)

    def opens(self, at: datetime | None = None) -> list[str]:
        name = "partnership.opened"
        if NB in self.world.partnerships and self.world.partnerships[NB].phase is PartnershipPhase.SUSPENDED:
            name = "partnership.resumed"
        return self.partnership(name, at, phase=PartnershipPhase.OPEN)

    def suspends(self) -> list[str]:
        return self.partnership("partnership.suspended", phase=PartnershipPhase.SUSPENDED)

    def ends(self) -> list[str]:
        return self.partnership("partnership.closed", phase=PartnershipPhase.CLOSED)

    def deadline(self, at: datetime, subject: str = ID) -> list[str]:
        item = Input(InputKind.DEADLINE, "vacancy.closes_on", subject, None, at)
        return self._caused(item, "deadline:vacancy.closes_on")

    def placement(self, name: str, subject: str = ID, candidate: str = "c1") -> list[str]:
        """A fact of a placement arrives."""
        return self._caused(placement(name, subject, candidate), name)

    def starts(self, number: int = 1, subject: str = ID) -> list[str]:
        """So many start work, one after the other; the names of the last one's facts."""
        told: list[str] = []
        for _ in range(number):
            told = self.placement("placement.started", subject)
        return told

    def _caused(self, item: Input, cause: str) -> list[str]:
        outcome = self._play(item)
        assert isinstance(outcome, Decided)
        assert all(cause in FACTS[fact.type].caused_by for fact in outcome.facts), cause
        return [fact.type for fact in outcome.facts]

    def _play(self, item: Input) -> Outcome:
        self.outcome = self.domain.decide(self.world, item)
        if isinstance(self.outcome, Decided):
            self.facts += self.outcome.facts
            changes: list[Draft | BaseModel] = [*self.outcome.facts, *self.outcome.notes]
            for change in changes:
                self.domain.evolve(self.world, change, item)
        return self.outcome

    def reasons(self) -> list[tuple[str, str]]:
        assert isinstance(self.outcome, Refused)
        return [(one.code, one.pointer) for one in self.outcome.reasons]

    def state(self, subject: str = ID) -> VacancyState:
        return self.world.vacancies[subject]

    def last(self) -> Any:  # noqa: ANN401
        """The data of the last fact."""
        return self.facts[-1].data


def pending(desk: Desk) -> None:
    desk.partnership("partnership.registered")
    desk.submit()


def posted(desk: Desk) -> None:
    desk.opens()
    desk.submit()


def suspended(desk: Desk) -> None:
    posted(desk)
    desk.suspends()


def closed(desk: Desk) -> None:
    posted(desk)
    desk.deadline(day(10))


def rejected(desk: Desk) -> None:
    pending(desk)
    desk.report("job_order.rejected", {"reason": "NO_SUCH_EMPLOYER"}, by=MISSION)


def withdrawn(desk: Desk) -> None:
    pending(desk)
    desk.report("job_order.withdrawn", {"reason": "CUT"})


def expired(desk: Desk) -> None:
    pending(desk)
    desk.deadline(day(10))


def filled(desk: Desk) -> None:
    posted(desk)
    desk.starts(SUBMITTED["openings"])
