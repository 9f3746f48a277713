"""A round's life as its reporters lead it: committed to, revealed, drawn, called off."""

from __future__ import annotations

from collections.abc import Iterator

from jembatan.contracts.deciding import Decided, Draft, Input, Outcome, Refused
from jembatan.contracts.matching.rounds import Phase, RoundCommitted, RoundDrawn, RoundRevealed, RoundState
from jembatan.contracts.model import changed_fields
from jembatan.contracts.refusal import Reason
from services.matching import lottery
from services.matching.domain import refusing, rounds
from services.matching.domain.world import RoundRow, World

NOT_LATER = "it can be called off until the first secret is shown or its beacon comes"


def commit(world: World, item: Input) -> Outcome:
    """A committer binds itself to a secret."""
    row = world.rounds.get(item.subject)
    if row is None:
        return Refused((refusing.unknown(item, "round"),))
    if reasons := (*_no_committer(row, item), *_not_committing(row, item)):
        return Refused(reasons)
    by = _committer(item)
    after = rounds.updated(row.state, commitments=row.state.commitments | {by: item.data.commitment})
    fact = RoundCommitted(state=after, changed=changed_fields(row.state, after), by=by)
    return Decided((Draft("round.committed", after.id, fact),))


def _not_committing(row: RoundRow, item: Input) -> Iterator[Reason]:
    state, given = row.state, item.data.commitment
    if state.phase is not Phase.OPEN or row.freezing:
        yield rounds.wrong(row, "commitments are made while it is open")
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
    after = rounds.updated(row.state, secrets=row.state.secrets | {by: item.data.secret})
    fact = RoundRevealed(state=after, changed=changed_fields(row.state, after), by=by)
    return Decided((Draft("round.revealed", after.id, fact), *_drawn(after)))


def _not_revealing(row: RoundRow, item: Input) -> Iterator[Reason]:
    state, by = row.state, _committer(item)
    if by in state.secrets:
        yield refusing.no_change("This committer's secret is shown already.", "/data/secret")
    elif state.phase is not Phase.FROZEN:
        yield rounds.wrong(row, "secrets are shown between its freeze and its draw")
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
    after = rounds.updated(state, phase=Phase.DRAWN, rho=lottery.rho(secrets, state.snapshot))
    return (rounds.told("round.drawn", RoundDrawn, state, after),)


def order_abort(world: World, item: Input) -> Outcome:
    """The organiser calls the round off: good by `at`, until the first reveal or the beacon's time."""
    row = world.rounds.get(item.subject)
    if row is None:
        return Refused((refusing.unknown(item, "round"),))
    reasons = refusing.outside(item, *row.state.scope)
    if not _can_abort(row, item):
        reasons = (*reasons, rounds.wrong(row, NOT_LATER))
    if reasons:
        return Refused(reasons)
    return Decided(rounds.aborted(row.state, item.data.reason, item.data.explanation))


def _can_abort(row: RoundRow, item: Input) -> bool:
    if row.state.phase in (Phase.OPEN, Phase.FROZEN, Phase.DRAWN) and not row.matching:
        known = (row.first_reveal, row.state.beacon_at)
        return all(item.at < since for since in known if since is not None)
    return False


def _no_committer(row: RoundRow, item: Input) -> Iterator[Reason]:
    if _committer(item) not in row.state.committers:
        detail = f"{item.source} is no committer of this round; it names {', '.join(row.state.committers)}."
        yield Reason(code=refusing.NOT_YOUR_REPORT, pointer="/subject", detail=detail)


def _committer(item: Input) -> str:
    assert item.reporter is not None
    return item.reporter.code


def _fault(code: str, detail: str) -> Reason:
    return Reason(code=code, pointer="/data/commitment", detail=detail)
