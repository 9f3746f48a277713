"""What is found, and how much of it is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cli.doctor.kinds import Kind

MOST = 20
"""So many findings of a kind and a service are named; more of the same are counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is broken: of which kind, in which service, where, and what exactly."""

    kind: Kind
    service: str
    where: str
    what: str

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return self.kind.remedy.replace("{service}", self.service)

    def as_object(self) -> dict[str, Any]:
        """For programs."""
        return {
            "kind": self.kind.name,
            "service": self.service,
            "where": self.where,
            "what": self.what,
            "meaning": self.kind.meaning,
            "do": self.remedy,
        }


@dataclass(slots=True)
class Found:
    """All findings, in their order; of many of one kind the first, and the number of all."""

    findings: list[Finding] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, found: Iterable[Finding]) -> None:
        for one in found:
            key = one.service, one.kind.name
            self.counts[key] += 1
            if self.counts[key] <= MOST:
                self.findings.append(one)

    @property
    def unnamed(self) -> dict[tuple[str, str], int]:
        """By service and kind, how many more there are than are named."""
        return {key: number - MOST for key, number in self.counts.items() if number > MOST}
