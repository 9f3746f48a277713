"""Partners at a desk: reports and deadlines decided one by one on a world in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from jembatan.contracts.deciding import Decided, Draft, Input, InputKind, Outcome, Refused
from jembatan.contracts.partners import PartnershipState
from jembatan.contracts.registry import FACTS, REPORTS
from jembatan.contracts.reporters import Reporter
from jembatan.programmes import load_programmes
from services.partners.domain import PartnersDomain, World

SCHEMES = load_programmes(Path(__file__).parents[3] / "programmes").schemes
KEY = "ID:CA-NB:ISIC4-Q:G2G"
NB = f"{KEY}:1"
START = datetime(2025, 1, 1, tzinfo=UTC)
ANYONE = Reporter(code="op", source="urn:op", types=("*",))

PROPOSED: dict[str, Any] = {
    "origin": "ID",
    "jurisdiction": "CA-NB",
    "sector": "ISIC4-Q",
    "scheme": "G2G",
    "origin_agency": "BP2MI",
    "host_agency": "New Brunswick Department of Health",
    "occupations": ["2221", "53"],
}
LOI = {"kind": "LOI", "ref": "loi", "signed_on": "2024-07-12", "effective_on": "2024-07-12"}
MOU = {"kind": "MOU", "ref": "mou", "signed_on": "2024-12-01", "effective_on": "2024-12-01"}
SCOPE = {"origin": "ID", "jurisdiction": "CA-NB", "sector": "ISIC4-Q", "scheme": "G2G", "number": 1}
CAP: dict[str, Any] = {"scope": SCOPE, "max": 150}
LIST: dict[str, Any] = {"published_on": "2023-03-08", "countries": ["BD", "TL"]}
ORDER = {"reason": "MORATORIUM", "legal_basis": "Law 18/2017, article 32"}


def day(number: int) -> datetime:
    return START + timedelta(days=number)


class Desk:
    """Plays inputs, and holds each to what the language says that it can lead to."""

    def __init__(self) -> None:
        self.domain, self.world, self.at = PartnersDomain(SCHEMES), World(), START

    def report(
        self,
        name: str,
        data: dict[str, Any] | None = None,
        subject: str = NB,
        by: Reporter = ANYONE,
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

    def deadline(self, name: str, subject: str, at: datetime) -> list[str]:
        outcome = self._play(Input(InputKind.DEADLINE, name, subject, None, at))
        assert isinstance(outcome, Decided)
        for fact in outcome.facts:
            assert f"deadline:{name}" in FACTS[fact.type].caused_by
        return [fact.type for fact in outcome.facts]

    def due(self) -> tuple[datetime, str, str] | None:
        """The next deadline: when, which, whose."""
        both = (*self.world.deadlines.items(), *self.world.cap_deadlines.items())
        return min(((one.at, one.name, subject) for subject, one in both if one), default=None)

    def until(self, at: datetime) -> list[str]:
        """Let the watermark pass all deadlines before this time."""
        facts: list[str] = []
        while (due := self.due()) is not None and due[0] < at:
            facts += self.deadline(due[1], due[2], due[0])
            assert self.due() != due, "a deadline that was decided comes again"
        self.at = max(at, self.at)
        return facts

    def _play(self, item: Input) -> Outcome:
        self.outcome = self.domain.decide(self.world, item)
        if isinstance(self.outcome, Decided):
            changes: list[Draft | BaseModel] = [*self.outcome.facts, *self.outcome.notes]
            for change in changes:
                self.domain.evolve(self.world, change, item)
        return self.outcome

    def reasons(self) -> list[tuple[str, str, str]]:
        assert isinstance(self.outcome, Refused)
        return [(one.code, one.pointer, one.detail) for one in self.outcome.reasons]

    def state(self, subject: str = NB) -> PartnershipState:
        return self.world.partnerships[subject]


def registered(desk: Desk) -> None:
    desk.report("partnership.proposed", PROPOSED, KEY)


def letter(desk: Desk) -> None:
    registered(desk)
    desk.report("instrument.signed", LOI)


def agreement(desk: Desk) -> None:
    letter(desk)
    desk.report("instrument.signed", MOU)


def ready(desk: Desk) -> None:
    agreement(desk)
    desk.report("cap.set", CAP)
    desk.report("safeguards.published", LIST, "WHO-SSL:2023")


def opened(desk: Desk) -> None:
    ready(desk)
    desk.report("opening.requested")


def suspended(desk: Desk) -> None:
    opened(desk)
    desk.report("suspension.ordered", ORDER)


def expired(desk: Desk) -> None:
    """Suspended since its only instrument has expired."""
    ready(desk)
    desk.report("instrument.signed", MOU | {"expires_on": "2025-01-09"})
    desk.report("opening.requested")
    desk.until(day(10))


def closed(desk: Desk) -> None:
    opened(desk)
    desk.report("closure.ordered", {"reason": "AGREEMENT_ENDED"})


def lapsed(desk: Desk) -> None:
    desk.report("partnership.proposed", PROPOSED | {"lapses_on": "2025-01-05"}, KEY)
    desk.until(day(10))
