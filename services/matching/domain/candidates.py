"""A candidate's life: registered, verified into a roster, with preferences, delisted.

While a round holds the candidate all of this goes on; the world keeps the row that the round is to see.
"""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel

from jembatan.contracts.deciding import Decided, Draft, Input, Outcome, Refused
from jembatan.contracts.matching.candidates import (
    CandidateChanged,
    CandidateDelisted,
    CandidateFact,
    CandidateRegistered,
    CandidateRostered,
    CandidateState,
    Evidence,
    Phase,
    PreferencesConfirmed,
    Rejection,
    Roster,
    SelectionRecorded,
    WhyDelisted,
)
from jembatan.contracts.model import changed_fields
from services.matching.domain import candidates_evidence, leaving, refusing, selecting
from services.matching.domain.candidates_evidence import EvidenceKept
from services.matching.domain.candidates_refusing import (
    Programmes,
    RosterRules,
    bad_list,
    not_in,
    not_yours,
    unknown,
    unknown_programme,
)
from services.matching.domain.world import CandidateRow, World

LISTED = (Phase.REGISTERED, Phase.ROSTERED)


def decide(world: World, item: Input, programmes: Programmes) -> Outcome:
    """What a report or a deadline of a candidate leads to."""
    return RULES[item.type](world, item, programmes)


def register(world: World, item: Input, _: Programmes) -> Outcome:
    """A new candidate, or one who was delisted, with all evidence anew."""
    row, data = world.candidates.get(item.subject), item.data
    reasons = [
        *candidates_evidence.bad_id(item),
        *not_yours(item, data.origin),
        *candidates_evidence.dated_ahead(data.evidence, item.at),
    ]
    if row is not None and row.state.phase in LISTED:
        needed = "only who was delisted is registered anew; report candidate.amended"
        reasons.append(refusing.wrong_state("candidate", item.subject, row.state.phase, needed))
    if reasons:
        return Refused(tuple(reasons))
    state = CandidateState(id=item.subject, origin=data.origin, phase=Phase.REGISTERED)
    evidence = Evidence.model_validate(vars(data.evidence))
    fact = CandidateRegistered(state=state, changed=changed_fields(row.state if row else None, state))
    return _decided("candidate.registered", fact, evidence)


def verify(world: World, item: Input, programmes: Programmes) -> Outcome:
    """The candidate enters the roster of a programme, for its time."""
    row = world.candidates.get(item.subject)
    if row is None:
        return unknown(item)
    rules = programmes.get(item.data.programme)
    reasons = [
        *not_yours(item, row.state.origin),
        *not_in(row, Phase.REGISTERED, "only who is registered is verified"),
    ]
    if not isinstance(rules, RosterRules):
        reasons.append(unknown_programme(item, programmes))
    if reasons or not isinstance(rules, RosterRules):
        return Refused(tuple(reasons))
    ends_at = rules.roster_ends(item.at)
    roster = Roster(programme=item.data.programme, starts_at=item.at, ends_at=ends_at)
    state = row.state.model_copy(update={"phase": Phase.ROSTERED, "roster": roster})
    changed = changed_fields(row.state, state)
    return _decided("candidate.rostered", CandidateRostered(state=state, changed=changed))


def reject(world: World, item: Input, _: Programmes) -> Outcome:
    """The agency turns the candidate down; why is kept with the evidence, for the candidate to read."""
    row = world.candidates.get(item.subject)
    if row is None:
        return unknown(item)
    if reasons := (*not_yours(item, row.state.origin), *not_in(row, LISTED, "it is in no list any more")):
        return Refused(reasons)
    rejection = Rejection(reason=item.data.reason, note=item.data.note, at=item.at)
    evidence = row.evidence.model_copy(update={"rejection": rejection})
    gone = _decided("candidate.delisted", _delisted(row, WhyDelisted.REJECTED), evidence)
    return _with(gone, leaving.leave(world, item.subject, WhyDelisted.REJECTED, item.at))


def withdraw(world: World, item: Input, _: Programmes) -> Outcome:
    """The candidate does not want to be placed any more."""
    row = world.candidates.get(item.subject)
    if row is None:
        return unknown(item)
    if reasons := (*not_yours(item, row.state.origin), *not_in(row, LISTED, "it is in no list any more")):
        return Refused(reasons)
    gone = _decided("candidate.delisted", _delisted(row, WhyDelisted.WITHDRAWN))
    return _with(gone, leaving.leave(world, item.subject, WhyDelisted.WITHDRAWN, item.at))


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
    return _decided("candidate.changed", CandidateChanged(state=row.state, changed=()), evidence)


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
    return _decided("candidate.preferences_confirmed", fact)


def select(world: World, item: Input, programmes: Programmes) -> Outcome:
    """An employer's outcome for a vacancy: it stands with the evidence, and the fact says only that."""
    row = world.candidates.get(item.subject)
    if row is None:
        return unknown(item)
    if reasons := tuple(selecting.reasons(world, row, item, programmes)):
        return Refused(reasons)
    fact = SelectionRecorded(state=row.state, changed=(), vacancy=item.data.vacancy)
    return _decided("candidate.selection_recorded", fact, selecting.recorded(row.evidence, item))


def expire(world: World, item: Input, _: Programmes) -> Outcome:
    """The watermark has passed the end of a roster."""
    row = world.candidates.get(item.subject)
    if row is None or row.state.phase is not Phase.ROSTERED or row.state.roster is None:
        return Decided()
    if item.at < row.state.roster.ends_at:
        return Decided()
    return _decided("candidate.delisted", _delisted(row, WhyDelisted.ROSTER_EXPIRED))


RULES: dict[str, Callable[[World, Input, Programmes], Outcome]] = {
    "candidate.registered": register,
    "candidate.verified": verify,
    "candidate.rejected": reject,
    "candidate.amended": amend,
    "candidate.withdrawn": withdraw,
    "preferences.confirmed": confirm,
    "selection.recorded": select,
    "candidate.roster_ends": expire,
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


def _decided(name: str, fact: CandidateFact, evidence: Evidence | None = None) -> Decided:
    subject = fact.state.id
    notes = (EvidenceKept(candidate=subject, evidence=evidence),) if evidence else ()
    return Decided((Draft(name, subject, fact),), notes)


def _with(decided: Decided, more: tuple[Draft, ...]) -> Decided:
    return Decided((*decided.facts, *more), decided.notes)


def _delisted(row: CandidateRow, why: WhyDelisted) -> CandidateDelisted:
    gone = {"phase": Phase.DELISTED, "preferences": (), "confirmed_at": None, "delisted_for": why}
    state = row.state.model_copy(update=gone)
    return CandidateDelisted(state=state, changed=changed_fields(row.state, state), reason=why)
