"""What is reported of a candidate, which rule it meets, and what a fact of one changes.

While a round holds the candidate all of this goes on; the world keeps the row that the round is to see.
"""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel

from jembatan.contracts.deciding import Draft, Input, Outcome, Refused
from jembatan.contracts.matching.candidates import (
    CandidateChanged,
    CandidateFact,
    Phase,
    PreferencesConfirmed,
    SelectionRecorded,
)
from jembatan.contracts.model import changed_fields
from services.matching.domain import candidates_evidence, candidates_roster, refusing, selecting
from services.matching.domain.candidates_evidence import EvidenceKept
from services.matching.domain.candidates_refusing import Programmes, bad_list, not_in, not_yours, unknown
from services.matching.domain.candidates_roster import LISTED, told
from services.matching.domain.world import CandidateRow, World


def decide(world: World, item: Input, programmes: Programmes) -> Outcome:
    """What a report or a deadline of a candidate leads to."""
    return RULES[item.type](world, item, programmes)


def amend(world: World, item: Input, _: Programmes) -> Outcome:
    """Parts of the evidence are others now; the fact says only that."""
    row = world.candidates.get(item.subject)
    if row is None:
        return unknown(item)
    reasons = [
        *not_yours(item, row.state.origin),
        *not_in(row, LISTED, "evidence is amended while it is registered or rostered"),
        *candidates_evidence.dated_ahead(item.data.evidence, item.at),
        *candidates_evidence.both_ways(item.data),
    ]
    evidence = candidates_evidence.amended(row.evidence, item.data)
    if evidence == row.evidence:
        reasons.append(refusing.no_change("The evidence is as reported already.", "/data/evidence"))
    if reasons:
        return Refused(tuple(reasons))
    return told("candidate.changed", CandidateChanged(state=row.state, changed=()), evidence)


def confirm(world: World, item: Input, programmes: Programmes) -> Outcome:
    """A new list of preferences, of vacancies that are known."""
    row = world.candidates.get(item.subject)
    if row is None:
        return unknown(item)
    wished: tuple[str, ...] = item.data.preferences
    reasons = [
        *not_yours(item, row.state.origin),
        *not_in(row, Phase.ROSTERED, "only who is rostered has preferences"),
        *bad_list(world, row.state, wished, programmes),
    ]
    if row.state.confirmed_at is not None and row.state.preferences == wished:
        reasons.append(refusing.no_change("This list is confirmed already.", "/data/preferences"))
    if reasons:
        return Refused(tuple(reasons))
    state = row.state.model_copy(update={"preferences": wished, "confirmed_at": item.at})
    fact = PreferencesConfirmed(state=state, changed=changed_fields(row.state, state))
    return told("candidate.preferences_confirmed", fact)


def select(world: World, item: Input, programmes: Programmes) -> Outcome:
    """An employer's outcome for a vacancy: it stands with the evidence, and the fact says only that."""
    row = world.candidates.get(item.subject)
    if row is None:
        return unknown(item)
    if reasons := tuple(selecting.reasons(world, row, item, programmes)):
        return Refused(reasons)
    fact = SelectionRecorded(state=row.state, changed=(), vacancy=item.data.vacancy)
    return told("candidate.selection_recorded", fact, selecting.recorded(row.evidence, item))


RULES: dict[str, Callable[[World, Input, Programmes], Outcome]] = {
    "candidate.registered": candidates_roster.register,
    "candidate.verified": candidates_roster.verify,
    "candidate.rejected": candidates_roster.reject,
    "candidate.amended": amend,
    "candidate.withdrawn": candidates_roster.withdraw,
    "preferences.confirmed": confirm,
    "selection.recorded": select,
    "candidate.roster_ends": candidates_roster.expire,
}


def evolve(world: World, change: Draft | BaseModel, item: Input) -> None:
    """Apply a fact about a candidate, or the private change of evidence that goes with it."""
    if isinstance(change, EvidenceKept):
        row = world.candidates[change.candidate]
        world.put_candidate(CandidateRow(row.state, change.evidence), item.at)
    elif isinstance(change, Draft) and isinstance(change.data, CandidateFact):
        before = world.candidates.get(change.subject)
        evidence = before.evidence if before else candidates_evidence.NOTHING_SHOWN
        world.put_candidate(CandidateRow(change.data.state, evidence), item.at)
    else:
        raise TypeError(f"no change of a candidate: {type(change).__name__}")
