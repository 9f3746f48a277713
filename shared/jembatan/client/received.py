"""What a subscriber gets: typed events, or records that it cannot read, with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from jembatan.contracts.envelope import Envelope, FactEnvelope
from jembatan.contracts.reading import Language, Read, Unreadable, read
from jembatan.contracts.refusal import Reason
from jembatan.engine.records import Record


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it lies in Kafka. `name` is noun.verb, or `refusal`; `envelope.data` is its typed data."""

    record: Record
    name: str
    envelope: Envelope

    @property
    def noun(self) -> str:
        return self.name.partition(".")[0]

    @property
    def id(self) -> str:
        return self.envelope.id

    @property
    def subject(self) -> str:
        return self.envelope.subject

    @property
    def data(self) -> Any:  # noqa: ANN401
        """The event's data model, as declared in `jembatan.contracts`."""
        return self.envelope.data

    @property
    def at(self) -> datetime:
        """A fact's and a refusal's time; for a report its own, or when Kafka got it."""
        return self.envelope.time or self.record.at

    @property
    def sequence(self) -> int:
        """A fact's number among its topic's facts about the subject's noun and id, from 1; else 0."""
        return int(self.envelope.sequence) if isinstance(self.envelope, FactEnvelope) else 0


@dataclass(frozen=True, slots=True)
class Unknown:
    """A record that this version cannot read: a type added later, or no event at all."""

    record: Record
    reasons: tuple[Reason, ...]


Received: TypeAlias = Event | Unknown


def receive(records: Sequence[Record], spoken: Language) -> list[Received]:
    """Records as events, ticks left out. Fields of facts that this version does not know are ignored."""
    wanted = [record for record in records if not record.is_tick]
    return [_received(record, one) for record, one in zip(wanted, read(wanted, spoken), strict=True)]


def _received(record: Record, one: Read | Unreadable) -> Received:
    if isinstance(one, Unreadable):
        return Unknown(record, one.reasons)
    return Event(record, one.name, one.envelope)
