"""A round's life as its reporters lead it: committed to, revealed, drawn, called off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from jembatan.contracts.deciding import Decided, Draft, Input, Outcome, Refused
from jembatan.contracts.matching.rounds import (
    Header,
    ListedNode,
    Phase,
    RoundAborted,
    RoundCommitted,
    RoundDrawn,
    RoundFact,
    RoundFrozen,
    RoundRevealed,
    RoundState,
)
from jembatan.contracts.model import Model, changed_fields
from jembatan.contracts.refusal import Reason
from services.matching import lottery
from services.matching.domain import refusing
from services.matching.domain.world import Busy, RoundRow, World

FREEZE = "freeze"
MATCH = "match"
NOT_LATER = "it can be called off until the first secret is shown or its beacon comes"


class FreezeBegun(Model):
    """A round's paths are marked: no other round freezes over a node of them that has a cap.

    `nodes` are the partnerships that are open and the caps over them, with what remains under each: a cap
    that is set later is not in force at this freeze. `caps` are those caps by id; they bind until the
    publication, also if their number is taken away.
    """

    round: str
    nodes: tuple[ListedNode, ...]
    caps: tuple[str, ...]


class MatchBegun(Model):
    """No order to abort can be in time any more; the match is being computed."""

    round: str


def commit(world: World, item: Input) -> Outcome:
    """A committer binds itself to a secret."""
    row = world.rounds.get(item.subject)
    if row is None:
        return Refused((refusing.unknown(item, "round"),))
    if reasons := (*_no_committer(row, item), *_not_committing(row, item)):
        return Refused(reasons)
    by = _committer(item)
    after = updated(row.state, commitments=row.state.commitments | {by: item.data.commitment})
    fact = RoundCommitted(state=after, changed=changed_fields(row.state, after), by=by)
    return Decided((Draft("round.committed", after.id, fact),))


def _not_committing(row: RoundRow, item: Input) -> Iterator[Reason]:
    state, given = row.state, item.data.commitment
    if state.phase is not Phase.OPEN or row.freezing:
        yield wrong(row, "commitments are made while it is open")
    elif item.at > state.closes_at:
        detail = f"Commitments were to be made by {state.closes_at.isoformat()}, when the round closed."
        yield Reason(code="ROUND_CLOSED", pointer="/subject", detail=detail)
    before = state.commitments.get(_committer(item))
    if before == given:
        yield refusing.no_change("This commitment is made already.", "/data/commitment")
    elif before is not None:
        yield _fault("ALREADY_COMMITTED", "This committer is bound to another secret already.")
    elif given in state.commitments.values():
        yield _fault("SAME_COMMITMENT", "Another committer made this commitment; draw a secret of your own.")


def reveal(world: World, item: Input) -> Outcome:
    """A committer shows its secret; the last one draws the lottery."""
    row = world.rounds.get(item.subject)
    if row is None:
        return Refused((refusing.unknown(item, "round"),))
    if reasons := (*_no_committer(row, item), *_not_revealing(row, item)):
        return Refused(reasons)
    by = _committer(item)
    after = updated(row.state, secrets=row.state.secrets | {by: item.data.secret})
    fact = RoundRevealed(state=after, changed=changed_fields(row.state, after), by=by)
    return Decided((Draft("round.revealed", after.id, fact), *_drawn(after)))


def _not_revealing(row: RoundRow, item: Input) -> Iterator[Reason]:
    state, by = row.state, _committer(item)
    if by in state.secrets:
        yield refusing.no_change("This committer's secret is shown already.", "/data/secret")
    elif state.phase is not Phase.FROZEN:
        yield wrong(row, "secrets are shown between its freeze and its draw")
    elif item.at > state.reveal_by:
        detail = f"Secrets were to be shown by {state.reveal_by.isoformat()}."
        yield Reason(code="REVEAL_TOO_LATE", pointer="/subject", detail=detail)
    committed = state.commitments.get(by)
    if committed and not lottery.opens(bytes.fromhex(item.data.secret), committed):
        yield Reason(
            code="SECRET_MISMATCH",
            pointer="/data/secret",
            detail="SHA-256 of these 32 bytes is not what this committer is bound to.",
        )


def _drawn(state: RoundState) -> tuple[Draft, ...]:
    if set(state.secrets) != set(state.committers):
        return ()
    secrets = {committer: bytes.fromhex(secret) for committer, secret in state.secrets.items()}
    assert state.snapshot is not None
    after = updated(state, phase=Phase.DRAWN, rho=lottery.rho(secrets, state.snapshot))
    return (told("round.drawn", RoundDrawn, state, after),)


def order_abort(world: World, item: Input) -> Outcome:
    """The organiser calls the round off: good by `at`, until the first reveal or the beacon's time."""
    row = world.rounds.get(item.subject)
    if row is None:
        return Refused((refusing.unknown(item, "round"),))
    reasons = refusing.outside(item, *row.state.scope)
    if not _can_abort(row, item):
        reasons = (*reasons, wrong(row, NOT_LATER))
    if reasons:
        return Refused(reasons)
    return Decided(aborted(row.state, item.data.reason, item.data.explanation))


def _can_abort(row: RoundRow, item: Input) -> bool:
    if row.state.phase in (Phase.OPEN, Phase.FROZEN, Phase.DRAWN) and not row.matching:
        known = (row.first_reveal, row.state.beacon_at)
        return all(item.at < since for since in known if since is not None)
    return False


def aborted(state: RoundState, reason: str, explanation: str | None) -> tuple[Draft, ...]:
    """The fact that a round ended without a result."""
    after = updated(state, phase=Phase.ABORTED, aborted_for=reason)
    data = RoundAborted(
        state=after, changed=changed_fields(state, after), reason=reason, explanation=explanation
    )
    return (Draft("round.aborted", state.id, data),)


def frozen(state: RoundState, header: Header, **fixed: object) -> Draft:
    """The fact that a round's market is fixed and listed; `fixed` are the fields that the freeze sets."""
    after = updated(state, phase=Phase.FROZEN, **fixed)
    data = RoundFrozen(state=after, changed=changed_fields(state, after), market=header)
    return Draft("round.frozen", state.id, data)


def evolve(world: World, data: RoundFact | FreezeBegun | MatchBegun, item: Input) -> None:
    """Apply a fact or a note about a round."""
    if isinstance(data, FreezeBegun):
        world.put_round(replace(world.rounds[data.round], freezing=True))
        _mark(world, world.rounds[data.round].state, data.caps)
        world.begun[data.round] = data
    elif isinstance(data, MatchBegun):
        world.put_round(replace(world.rounds[data.round], matching=True))
    else:
        world.put_round_state(data.state)
        _aside(world, data, item)


def _mark(world: World, state: RoundState, caps: tuple[str, ...]) -> None:
    # Another round of the same batch must see it.
    world.busy[state.id] = Busy(state.scope, state.closes_at, frozenset(caps))


def _aside(world: World, data: RoundFact, item: Input) -> None:
    state = data.state
    row = world.rounds[state.id]
    if isinstance(data, RoundDrawn) and state.signature is not None:
        # Every order to abort from before the beacon's time must be known when the match begins.
        world.put_round(replace(row, last_reveal=item.at))
    if isinstance(data, RoundRevealed):
        first, last = min(row.first_reveal or item.at, item.at), max(row.last_reveal or item.at, item.at)
        world.put_round(replace(row, first_reveal=first, last_reveal=last))
    if state.phase is Phase.OPEN:
        world.freezing[state.id] = state.closes_at
    else:
        world.freezing.pop(state.id, None)
        world.put_round(replace(world.rounds[state.id], freezing=False))


def _no_committer(row: RoundRow, item: Input) -> Iterator[Reason]:
    if _committer(item) not in row.state.committers:
        detail = f"{item.source} is no committer of this round; it names {', '.join(row.state.committers)}."
        yield Reason(code=refusing.NOT_YOUR_REPORT, pointer="/subject", detail=detail)


def _committer(item: Input) -> str:
    assert item.reporter is not None
    return item.reporter.code


def _fault(code: str, detail: str) -> Reason:
    return Reason(code=code, pointer="/data/commitment", detail=detail)


def wrong(row: RoundRow, needed: str) -> Reason:
    """The reason that a round is in another state than a report needs."""
    state = "being frozen" if row.freezing else str(row.state.phase)
    return refusing.wrong_state("round", row.state.id, state, needed)


def draw_due(state: RoundState) -> datetime:
    """By when what draws the lottery must have been reported."""
    return state.awaits_until or state.reveal_by


def told(name: str, fact: type[RoundFact], before: RoundState, after: RoundState) -> Draft:
    """A fact about a round that carries nothing but its state."""
    return Draft(name, after.id, fact(state=after, changed=changed_fields(before, after)))


def updated(state: RoundState, **changes: object) -> RoundState:
    """A round's state with these fields."""
    return state.model_copy(update=changes)
