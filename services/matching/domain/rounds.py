"""A round: the facts and notes that tell of it, and what each changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from jembatan.contracts.deciding import Draft, Input
from jembatan.contracts.matching.rounds import (
    Header,
    ListedNode,
    Phase,
    RoundAborted,
    RoundDrawn,
    RoundFact,
    RoundFrozen,
    RoundRevealed,
    RoundState,
)
from jembatan.contracts.model import Model, changed_fields
from jembatan.contracts.refusal import Reason
from services.matching.domain import refusing
from services.matching.domain.world import Busy, RoundRow, World

FREEZE = "freeze"
MATCH = "match"


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
