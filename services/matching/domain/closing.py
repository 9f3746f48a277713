"""A round's life as the clock leads it: closed and frozen, ended without its secrets, matched."""

from __future__ import annotations

from datetime import datetime

from jembatan.contracts.deciding import Decided, Draft, Input, NewJob, Outcome
from jembatan.contracts.matching.rounds import Phase, RoundDefaulted, RoundState
from jembatan.contracts.partners import CapState
from services.matching.domain import beacons, caps, freezing, rounds
from services.matching.domain.world import World


def close(world: World, item: Input) -> Outcome:
    """The watermark has passed `closes_at`: mark and freeze, or abort if a commitment is missing, no
    partnership is open, or caps cross.

    While another round is between its freeze and its publication over a partnership or a cap of this one (or
    over one that had a number when the other was marked), nothing is decided, and the deadline comes again.
    """
    row = world.rounds.get(item.subject)
    if row is None or row.state.phase is not Phase.OPEN or row.freezing or item.at < row.state.closes_at:
        return Decided()
    if missing := sorted(set(row.state.committers) - set(row.state.commitments)):
        why = f"No commitment came from {', '.join(missing)}."
        return Decided(rounds.aborted(row.state, "COMMITMENT_MISSING", why))
    if any(_in_the_way(world, row.state, other) for other in world.busy if other != row.state.id):
        return Decided()
    begun = freezing.mark(world, row.state)
    if isinstance(begun, freezing.Unfit):
        return Decided(rounds.aborted(row.state, begun.code, begun.detail))
    return Decided(notes=(begun,), jobs=(NewJob(rounds.FREEZE, row.state.id, item.at),))


def _in_the_way(world: World, state: RoundState, name: str) -> bool:
    other = world.busy[name]
    if set(other.scope) & set(state.scope):
        return True
    ours = [cap for cap in world.caps.values() if _counts_under(cap, state.scope, state.closes_at)]
    return any(
        cap.id in other.caps or (cap.max is not None and _counts_under(cap, other.scope, other.closes_at))
        for cap in ours
    )


def _counts_under(cap: CapState, scope: tuple[str, ...], closes_at: datetime) -> bool:
    return caps.counts(cap, closes_at) and any(caps.covers(cap, one) for one in scope)


def end_waiting(world: World, item: Input) -> Outcome:
    """The watermark has passed the time when the draw was due: name what did not come, and what stands in.

    Without anything to stand in the round ends. Since all reports up to then are decided, none that is in
    time can still be read.
    """
    row = world.rounds.get(item.subject)
    if row is None or item.at < rounds.draw_due(row.state):
        return Decided()
    if row.state.phase is Phase.OPEN:
        return Decided(
            rounds.aborted(row.state, "NOT_FROZEN_IN_TIME", "The freeze was not done by `reveal_by`.")
        )
    if row.state.phase is not Phase.FROZEN:
        return Decided()
    return Decided(_without_secrets(row.state) if row.state.awaits is None else _without_beacon(row.state))


def _without_secrets(state: RoundState) -> tuple[Draft, ...]:
    missing = sorted(set(state.committers) - set(state.secrets))
    named = rounds.updated(state, defaulted=tuple(missing))
    return _defaulted(state, named, "SECRET_MISSING", f"No secret came from {', '.join(missing)}.")


def _without_beacon(state: RoundState) -> tuple[Draft, ...]:
    return _defaulted(state, state, "BEACON_MISSING", f"Beacon {state.awaits} was not reported in time.")


def _defaulted(before: RoundState, named: RoundState, reason: str, why: str) -> tuple[Draft, ...]:
    after = beacons.stand_in(named)
    told = rounds.told("round.defaulted", RoundDefaulted, before, after or named)
    return (told,) if after else (told, *rounds.aborted(named, reason, why))


def begin_match(world: World, item: Input) -> Outcome:
    """The watermark has passed the reveals, so that no order to abort can be in time any more: match."""
    row = world.rounds.get(item.subject)
    if row is None or row.state.phase is not Phase.DRAWN or row.matching:
        return Decided()
    name = row.state.id
    return Decided(notes=(rounds.MatchBegun(round=name),), jobs=(NewJob(rounds.MATCH, name, item.at),))
