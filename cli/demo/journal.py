"""What was read from the topics: every fact and refusal, by what it answers. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from cli.answers import Cause, cause_of
from jembatan.client import Event, Place, Received, Unknown
from jembatan.contracts.refusal import Refusal

Awaited = tuple[str, str]
"""A fact's name and subject."""


@dataclass(slots=True)
class Journal:
    """Events in the order in which they were read. `fresh` are those that were not told yet."""

    fresh: list[Event] = field(default_factory=list)
    answered: set[Cause] = field(default_factory=set)
    refused: dict[Cause, Refusal] = field(default_factory=dict)
    seen: set[Awaited] = field(default_factory=set)
    read_to: dict[Place, int] = field(default_factory=dict)
    unreadable: list[Unknown] = field(default_factory=list)

    def take(self, one: Received) -> None:
        record = one.record
        self.read_to[record.topic, record.partition] = record.offset + 1
        if isinstance(one, Unknown):
            self.unreadable.append(one)
            return
        self.fresh.append(one)
        self.seen.add((one.name, one.subject))
        if cause := cause_of(one):
            self.answered.add(cause)
            if isinstance(one.data, Refusal):
                self.refused[cause] = one.data

    def told(self) -> list[Event]:
        """The events since the last call."""
        events, self.fresh = self.fresh, []
        return events
