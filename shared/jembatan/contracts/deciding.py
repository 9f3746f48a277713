"""What a service's domain takes and gives: inputs, facts to be, reasons.

A domain is two pure functions. `decide(world, item)` says what an input leads to; `evolve(world, change,
item)` applies one fact or one private change to the world. Neither reads a clock or draws at random.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from jembatan.contracts.model import FactData
from jembatan.contracts.refusal import Reason
from jembatan.contracts.reporters import Reporter


class InputKind(StrEnum):
    REPORT = "report"
    FACT = "fact"  # of another service
    DEADLINE = "deadline"  # of a subject of one's own; the watermark has passed it


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to decide.

    `type` is the event's name, as `instrument.signed`, or a deadline's, as `vacancy.closes_on`; `at` its
    time, for a deadline the deadline itself. `sequence` is set for another service's fact.
    """

    kind: InputKind
    type: str
    subject: str
    data: Any
    at: datetime
    source: str = ""
    id: str = ""
    reporter: Reporter | None = None
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact to be: its event name (`vacancy.posted`), subject and data. The engine numbers it."""

    type: str
    subject: str
    data: FactData


@dataclass(frozen=True, slots=True)
class NewJob:
    """Long work to start with this decision, done in pages by the owner of the subject's lane."""

    kind: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """What an input leads to. A report leads to at least one fact. `notes` are private changes of state."""

    facts: tuple[Draft, ...] = ()
    notes: tuple[BaseModel, ...] = ()
    jobs: tuple[NewJob, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """All reasons why a report changes nothing."""

    reasons: tuple[Reason, ...]


Outcome = Decided | Refused

W = TypeVar("W")
World = TypeVar("World", contravariant=True)


class Domain(Protocol[World]):
    """A service's rules."""

    def decide(self, world: World, item: Input) -> Outcome: ...

    def evolve(self, world: World, change: Draft | BaseModel, item: Input) -> None: ...
