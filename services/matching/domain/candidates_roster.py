"""How a candidate comes on the list and leaves it: registered, verified into a roster, delisted."""

from __future__ import annotations

from jembatan.contracts.deciding import Decided, Draft, Input, Outcome, Refused
from jembatan.contracts.matching.candidates import (
    CandidateDelisted,
    CandidateFact,
    CandidateRegistered,
    CandidateRostered,
    CandidateState,
    Evidence,
    Phase,
    Rejection,
    Roster,
    WhyDelisted,
)
from jembatan.contracts.model import changed_fields
from services.matching.domain import candidates_evidence, leaving, refusing
from services.matching.domain.candidates_evidence import EvidenceKept
from services.matching.domain.candidates_refusing import (
    Programmes,
    RosterRules,
    not_in,
    not_yours,
    unknown,
    unknown_programme,
)
from services.matching.domain.world import CandidateRow, World

LISTED = (Phase.REGISTERED, Phase.ROSTERED)


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
    return told("candidate.registered", fact, evidence)


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
    return told("candidate.rostered", CandidateRostered(state=state, changed=changed))


def reject(world: World, item: Input, _: Programmes) -> Outcome:
    """The agency turns the candidate down; why is kept with the evidence, for the candidate to read."""
    row = _listed(world, item)
    if isinstance(row, Refused):
        return row
    rejection = Rejection(reason=item.data.reason, note=item.data.note, at=item.at)
    evidence = row.evidence.model_copy(update={"rejection": rejection})
    gone = told("candidate.delisted", _delisted(row, WhyDelisted.REJECTED), evidence)
    return _with(gone, leaving.leave(world, item.subject, WhyDelisted.REJECTED, item.at))


def withdraw(world: World, item: Input, _: Programmes) -> Outcome:
    """The candidate does not want to be placed any more."""
    row = _listed(world, item)
    if isinstance(row, Refused):
        return row
    gone = told("candidate.delisted", _delisted(row, WhyDelisted.WITHDRAWN))
    return _with(gone, leaving.leave(world, item.subject, WhyDelisted.WITHDRAWN, item.at))


def _listed(world: World, item: Input) -> CandidateRow | Refused:
    """Who is to leave a list, or why nobody is."""
    row = world.candidates.get(item.subject)
    if row is None:
        return unknown(item)
    if reasons := (*not_yours(item, row.state.origin), *not_in(row, LISTED, "it is in no list any more")):
        return Refused(reasons)
    return row


def expire(world: World, item: Input, _: Programmes) -> Outcome:
    """The watermark has passed the end of a roster."""
    row = world.candidates.get(item.subject)
    if row is None or row.state.phase is not Phase.ROSTERED or row.state.roster is None:
        return Decided()
    if item.at < row.state.roster.ends_at:
        return Decided()
    return told("candidate.delisted", _delisted(row, WhyDelisted.ROSTER_EXPIRED))


def told(name: str, fact: CandidateFact, evidence: Evidence | None = None) -> Decided:
    """A fact about a candidate, and with evidence that this is its evidence from now on."""
    subject = fact.state.id
    notes = (EvidenceKept(candidate=subject, evidence=evidence),) if evidence else ()
    return Decided((Draft(name, subject, fact),), notes)


def _with(decided: Decided, more: tuple[Draft, ...]) -> Decided:
    return Decided((*decided.facts, *more), decided.notes)


def _delisted(row: CandidateRow, why: WhyDelisted) -> CandidateDelisted:
    gone = {"phase": Phase.DELISTED, "preferences": (), "confirmed_at": None, "delisted_for": why}
    state = row.state.model_copy(update=gone)
    return CandidateDelisted(state=state, changed=changed_fields(row.state, state), reason=why)
