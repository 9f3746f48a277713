"""Why a report about a candidate is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

from jembatan.contracts.deciding import Input, Refused
from jembatan.contracts.matching.candidates import CandidateState, Phase
from jembatan.contracts.refusal import Reason
from services.matching.domain import refusing
from services.matching.domain.world import CandidateRow, World


@runtime_checkable
class RosterRules(Protocol):
    """What a roster asks of a programme."""

    @property
    def max_preferences(self) -> int:
        """The most vacancies that a list of preferences may hold."""
        ...

    def roster_ends(self, at: datetime) -> datetime:
        """The last instant in the roster of who enters it at `at`."""
        ...


Programmes = Mapping[str, object]
"""Programmes by name and version; those that are `RosterRules` keep a roster."""


def bad_list(
    world: World, state: CandidateState, wished: tuple[str, ...], programmes: Programmes
) -> Iterator[Reason]:
    """Reasons against a list: too long, a vacancy twice, one that is not known."""
    rules = programmes.get(state.roster.programme) if state.roster else None
    if isinstance(rules, RosterRules) and len(wished) > rules.max_preferences:
        detail = (
            f"The programme takes at most {rules.max_preferences} preferences, and these are {len(wished)}."
        )
        yield Reason(code="TOO_MANY_PREFERENCES", pointer="/data/preferences", detail=detail)
    for place, name in enumerate(wished):
        pointer = f"/data/preferences/{place}"
        if name in wished[:place]:
            yield Reason(code="REPEATED", pointer=pointer, detail=f"{name} is named twice; name it once.")
        elif name not in world.vacancies:
            detail = (
                f"No vacancy {name} is known yet; see vacancies.facts, and confirm again when it is there."
            )
            yield Reason(code="UNKNOWN_VACANCY", pointer=pointer, detail=detail)


def unknown(item: Input) -> Refused:
    """There is no such candidate."""
    return Refused((refusing.unknown(item, "candidate"),))


def unknown_programme(item: Input, programmes: Programmes) -> Reason:
    """No programme of this name keeps a roster."""
    known = ", ".join(sorted(programmes)) or "none is installed"
    detail = f"There is no programme {item.data.programme}; known: {known}."
    return Reason(code="UNKNOWN_PROGRAMME", pointer="/data/programme", detail=detail)


def not_yours(item: Input, origin: str) -> tuple[Reason, ...]:
    """Reasons why the reporter may not speak for a candidate of this origin."""
    assert item.reporter is not None
    return item.reporter.outside(origin=origin, candidate=item.subject)


def not_in(row: CandidateRow, phases: Phase | tuple[Phase, ...], needed: str) -> Iterator[Reason]:
    """A reason unless the candidate is in one of these phases."""
    wanted = (phases,) if isinstance(phases, Phase) else phases
    if row.state.phase not in wanted:
        yield refusing.wrong_state("candidate", row.state.id, row.state.phase, needed)
