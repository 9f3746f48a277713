"""The one table of event types: each model is declared here by its decorator."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from jembatan.contracts.model import FactData, ReportData

PREFIX = "org.jembatan"
NAME = re.compile(r"^[a-z_]+\.[a-z_]+$")
SERVICES = ("partners", "vacancies", "matching")

R = TypeVar("R", bound=type[ReportData])
F = TypeVar("F", bound=type[FactData])


class Kind(StrEnum):
    REPORT = "report"
    FACT = "fact"


class LaneOf(StrEnum):
    """Which part of a subject gives the lane."""

    SUBJECT = "subject"
    CANDIDATE = "candidate"  # of a subject round:candidate


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event.

    `name` is noun.verb; `leads_to` names the facts that a report can become, `caused_by` what else
    than a report can cause a fact: another service's fact, or a deadline (`deadline:<name>`).
    `reported_by` says who may report it in plain words; `reporters.toml` says which reporter is one.
    """

    kind: Kind
    name: str
    service: str
    topic: str
    subject: str
    lane: LaneOf
    personal: bool
    reported_by: tuple[str, ...]
    leads_to: tuple[str, ...]
    caused_by: tuple[str, ...]
    meaning: str
    model: type[ReportData] | type[FactData]
    major: int = 1

    @property
    def type(self) -> str:
        """The CloudEvents type."""
        return f"{PREFIX}.{self.kind}.{self.name}.v{self.major}"

    @property
    def noun(self) -> str:
        return self.name.partition(".")[0]

    def lane_key(self, subject: str) -> str:
        """What is hashed to give the lane of a fact about `subject`."""
        return subject.partition(":")[2] if self.lane is LaneOf.CANDIDATE else subject


REPORTS: dict[str, EventType] = {}
FACTS: dict[str, EventType] = {}


def _declare(table: dict[str, EventType], event: EventType) -> None:
    if not NAME.match(event.name) or event.service not in SERVICES or event.name in table:
        raise ValueError(f"bad or repeated declaration of {event.kind} {event.name} of {event.service}")
    if not event.meaning:
        raise ValueError(f"{event.name}: its model needs a docstring that says what it means")
    table[event.name] = event


def report(
    service: str,
    name: str,
    *,
    subject: str,
    by: tuple[str, ...],
    leads_to: tuple[str, ...],
    personal: bool = False,
) -> Callable[[R], R]:
    """Declare the model below as the data of a report."""

    def declare(model: R) -> R:
        event = EventType(
            Kind.REPORT, name, service, f"{service}.reports", subject, LaneOf.SUBJECT, personal, by, leads_to,
            (), (model.__doc__ or "").strip(), model,
        )  # fmt: skip
        _declare(REPORTS, event)
        return model

    return declare


def fact(
    service: str,
    name: str,
    *,
    subject: str,
    caused_by: tuple[str, ...] = (),
    lane: LaneOf = LaneOf.SUBJECT,
    topic: str = "",
) -> Callable[[F], F]:
    """Declare the model below as the data of a fact; `topic` is `<service>.facts` unless given."""

    def declare(model: F) -> F:
        event = EventType(
            Kind.FACT, name, service, topic or f"{service}.facts", subject, lane, False, (), (), caused_by,
            (model.__doc__ or "").strip(), model,
        )  # fmt: skip
        _declare(FACTS, event)
        return model

    return declare
