"""Selection by the employer, as the programme says: none, a screen, or classes that set the tier.

An outcome and its reason say much about a person: they are kept with the evidence. A round sees those
that were recorded by its `closes_at`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from jembatan.contracts.deciding import Input
from jembatan.contracts.matching.candidates import Evidence, Phase, Selected
from jembatan.contracts.matching.rules_employers import SELECTED, SelectionRule
from jembatan.contracts.partners.values import key_of
from jembatan.contracts.refusal import Reason
from services.matching.domain import refusing
from services.matching.domain.candidates_refusing import Programmes, not_in
from services.matching.domain.eligibility_case import Case, Finding, lacking
from services.matching.domain.world import CandidateRow, World


@runtime_checkable
class SelectionRules(Protocol):
    """What a selection asks of a programme."""

    @property
    def selection(self) -> SelectionRule:
        """How employers select."""
        ...

    def meant_for(self, partnership: str) -> bool:
        """Whether the programme is for this partnership (by id)."""
        ...


def outcome_of(evidence: Evidence, vacancy: str) -> Selected | None:
    """What the employer of a vacancy recorded of a candidate, if anything."""
    return next((one for one in evidence.selections if one.vacancy == vacancy), None)


def recorded(evidence: Evidence, item: Input) -> Evidence:
    """The evidence with this outcome, in the place of a former one of the same vacancy."""
    data = item.data
    now = Selected(vacancy=data.vacancy, outcome=data.outcome, reason=data.reason, note=data.note, at=item.at)
    others = [one for one in evidence.selections if one.vacancy != data.vacancy]
    return evidence.model_copy(update={"selections": (*others, now)})


def tier(rule: SelectionRule, evidence: Evidence, vacancy: str) -> int:
    """The tier of a pair: that of its class, and 0 where nobody was put in one."""
    found = outcome_of(evidence, vacancy)
    return rule.tiers.get(found.outcome, 0) if found else 0


def check(case: Case) -> Iterator[Finding]:
    """Selected by the employer, where the programme screens."""
    rule, wanted = case.programme.selection, case.vacancy.id
    found = outcome_of(case.evidence, wanted)
    if rule.kind == "screen" and (found is None or found.outcome != SELECTED):
        said = f"{found.outcome}, {found.reason}" if found else "nothing recorded"
        yield lacking(
            "E_NOT_SELECTED", "evidence/selections", f"selected for {wanted}", said, rule,
            outcome=found.outcome if found else None, reason=found.reason if found else None,
        )  # fmt: skip


def reasons(world: World, row: CandidateRow, item: Input, programmes: Programmes) -> Iterator[Reason]:
    """Every reason why an outcome cannot be recorded."""
    roster = row.state.roster
    rules = programmes.get(roster.programme) if roster else None
    yield from _rights(world, row, item)
    yield from not_in(row, Phase.ROSTERED, "only who is rostered is selected")
    if isinstance(rules, SelectionRules):
        yield from _of_vacancy(world, item, rules)
        yield from _of_outcome(item, rules.selection)
    elif row.state.phase is Phase.ROSTERED:
        yield _none("The candidate's programme knows no selection.")
    before = outcome_of(row.evidence, item.data.vacancy)
    if before and (before.outcome, before.reason) == (item.data.outcome, item.data.reason):
        yield refusing.no_change("This outcome is recorded already.", "/data/outcome")


def _rights(world: World, row: CandidateRow, item: Input) -> tuple[Reason, ...]:
    assert item.reporter is not None
    vacancy = world.vacancies.get(item.data.vacancy)
    return item.reporter.outside(
        origin=row.state.origin,
        jurisdiction=key_of(vacancy.partnership).jurisdiction if vacancy else None,
        employer=vacancy.employer if vacancy else None,
        candidate=item.subject,
    )


def _of_vacancy(world: World, item: Input, rules: SelectionRules) -> Iterator[Reason]:
    name, pointer = item.data.vacancy, "/data/vacancy"
    vacancy = world.vacancies.get(name)
    if vacancy is None:
        detail = f"No vacancy {name} is known yet; see vacancies.facts."
        yield Reason(code="UNKNOWN_VACANCY", pointer=pointer, detail=detail)
    elif not rules.meant_for(vacancy.partnership):
        detail = f"The candidate's programme is not meant for {vacancy.partnership}."
        yield Reason(code="PROGRAMME_MISMATCH", pointer=pointer, detail=detail)


def _of_outcome(item: Input, rule: SelectionRule) -> Iterator[Reason]:
    if rule.kind == "none":
        yield _none("The candidate's programme has no selection by employers.")
        return
    for what, given, known in (
        ("OUTCOME", item.data.outcome, rule.outcomes),
        ("REASON", item.data.reason, rule.reasons),
    ):
        if given not in known:
            detail = f"The programme knows no {what.lower()} {given}; it knows {', '.join(known)}."
            yield Reason(code=f"UNKNOWN_{what}", pointer=f"/data/{what.lower()}", detail=detail)


def _none(detail: str) -> Reason:
    return Reason(code="NO_SELECTION", pointer="/subject", detail=detail)
