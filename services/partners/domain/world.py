"""What a decision of partners sees and changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from jembatan.codes import isic
from jembatan.contracts.partners import CapState, PartnershipState, SafeguardsState


class Deadline(NamedTuple):
    """What happens by itself to a subject, and when."""

    name: str
    at: datetime


@dataclass(slots=True)
class World:
    """The partnerships and caps that the inputs touch or rest on, and the safeguards list in force.

    For each key that is touched, `latest` names the partnership with the greatest number, and all its caps
    are there; for a list that is published, so are all open and suspended health partnerships; for a cap that
    is set, every cap whose scope meets its own. `touched` and the deadlines are what `evolve` leaves to save.
    """

    partnerships: dict[str, PartnershipState] = field(default_factory=dict)
    latest: dict[str, str] = field(default_factory=dict)
    caps: dict[str, CapState] = field(default_factory=dict)
    safeguards: SafeguardsState | None = None
    deadlines: dict[str, Deadline | None] = field(default_factory=dict)
    cap_deadlines: dict[str, Deadline | None] = field(default_factory=dict)
    touched_partnerships: set[str] = field(default_factory=set)
    touched_caps: set[str] = field(default_factory=set)
    adopted: bool = False

    def add(self, state: PartnershipState) -> None:
        """Put a partnership there, as the latest of its key if none has a greater number."""
        self.partnerships[state.id] = state
        known = self.partnerships.get(self.latest.get(state.key, ""))
        if known is None or known.number <= state.number:
            self.latest[state.key] = state.id

    def latest_of(self, key: str) -> PartnershipState | None:
        return self.partnerships.get(self.latest.get(key, ""))

    def caps_of(self, node: str) -> Iterator[CapState]:
        return (cap for cap in self.caps.values() if cap.node == node)

    def opened_in_health(self) -> list[PartnershipState]:
        """Open and suspended health partnerships, by id."""
        found = (one for one in self.partnerships.values() if one.phase.opened and isic.is_health(one.sector))
        return sorted(found, key=lambda one: one.id)
