"""The beacon that draws a round's lottery, or stands in for a secret not shown: named, awaited, checked.

What a beacon will be is unknown until its time. So the one that draws is named at the freeze, and must come
after everything that could still be chosen: the market, and for a stand-in also whether to show a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from jembatan.contracts.deciding import Decided, Input, Outcome, Refused
from jembatan.contracts.matching.chains import Chain
from jembatan.contracts.matching.rounds import BeaconPublished, Phase, RoundDrawn, RoundState
from jembatan.contracts.refusal import Reason
from services.matching import lottery_beacons
from services.matching.domain import refusing, rounds
from services.matching.domain.world import RoundRow, World

LEAD = timedelta(minutes=10)
"""Between a round's freeze and its beacon, at least, by the broker's time."""
WAY = timedelta(minutes=1)
"""For the fact's way to the broker: `round.frozen` carries the beacon, so its own time comes later."""
FALLBACKS = (20, 40)
PATIENCE = timedelta(days=1)
"""So long each beacon can be reported before the next stands in for it."""

Chains = Mapping[str, Chain]


@dataclass(frozen=True, slots=True)
class Named:
    """The beacon named at a freeze, its time, and those that stand in for it."""

    frozen_at: datetime
    beacon_round: int
    beacon_at: datetime
    fallbacks: tuple[int, ...]

    def holds(self, now: datetime) -> bool:
        """Whether the beacon still comes late enough, if the freeze is told now."""
        return self.beacon_at - now >= LEAD

    def awaited(self, state: RoundState) -> dict[str, object]:
        """The fields of a round that this freeze sets."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        if state.lottery == "commit-reveal":
            return fields
        until = max(state.reveal_by, self.beacon_at + PATIENCE)
        return fields | {"awaits": self.beacon_round, "awaits_until": until}


def name(state: RoundState, chain: Chain, now: datetime) -> Named:
    """The first beacon `LEAD` and `WAY` after a freeze told now; a stand-in comes after `reveal_by`, too."""
    settled = max(now, state.reveal_by) if state.lottery == "commit-reveal" else now
    first = chain.first_from(settled + LEAD + WAY)
    return Named(now, first, chain.time(first), tuple(first + step for step in FALLBACKS))


def stand_in(state: RoundState) -> RoundState | None:
    """The round as it waits for its next beacon; None without one, or if it came too late for answers."""
    left = [number for number in _named(state) if state.awaits is None or number > state.awaits]
    since = state.awaits_until or state.beacon_at
    if not left or since is None or since + PATIENCE >= state.answer_by:
        return None
    return rounds.updated(state, awaits=left[0], awaits_until=since + PATIENCE)


def publish(world: World, item: Input, chains: Chains) -> Outcome:
    """A beacon has come: if it is the one waited for, and really its chain's, it draws the lottery."""
    row = world.rounds.get(item.subject)
    if row is None:
        return Refused((refusing.unknown(item, "round"),))
    data: BeaconPublished = item.data
    chain = chains.get(row.state.chain or "")
    if reasons := tuple(_not_awaited(row, item, chain)):
        return Refused(reasons)
    assert chain is not None
    rho = lottery_beacons.randomness(chain, data.round, data.signature)
    if rho is None:
        detail = f"This is not the signature of {chain.name}'s beacon {data.round}."
        return Refused((Reason(code="BEACON_NOT_SIGNED", pointer="/data/signature", detail=detail),))
    drawn = {"drawn_from": data.round, "signature": data.signature, "awaits": None, "awaits_until": None}
    after = rounds.updated(row.state, phase=Phase.DRAWN, rho=rho, **drawn)
    return Decided((rounds.told("round.drawn", RoundDrawn, row.state, after),))


def _not_awaited(row: RoundRow, item: Input, chain: Chain | None) -> Iterator[Reason]:
    state, data = row.state, item.data
    if (state.drawn_from, state.signature) == (data.round, data.signature) and state.chain == data.chain:
        yield refusing.no_change("This beacon has drawn the lottery already.", "/data/signature")
    elif state.rho is not None:
        yield rounds.wrong(row, "its lottery is drawn, and no lottery is drawn twice")
    elif state.phase is not Phase.FROZEN:
        yield rounds.wrong(row, "a beacon draws between its freeze and its draw")
    elif chain is None or data.chain != chain.hash:
        yield _fault("BEACON_OTHER_CHAIN", "chain", _of_other_chain(state, chain))
    else:
        yield from _of_number(state, data.round, chain)
        yield from _of_time(state, data.round, chain, item.at)


def _of_other_chain(state: RoundState, chain: Chain | None) -> str:
    if state.chain is not None and chain is None:
        return f"This installation no longer knows the chain {state.chain}; its file of chains must name it."
    return f"This round's beacons are those of {state.chain or 'no chain'}."


def _of_number(state: RoundState, number: int, chain: Chain) -> Iterator[Reason]:
    if number == state.awaits:
        return
    if state.frozen_at is not None and chain.time(number) <= state.frozen_at:
        detail = f"Beacon {number} was public when the round was frozen, at {state.frozen_at.isoformat()}."
        yield _fault("BEACON_PUBLIC_AT_FREEZE", "round", detail)
    elif state.awaits is None:
        detail = "The committers draw; a beacon stands in only when a secret is not shown by `reveal_by`."
        yield _fault("BEACON_NOT_AWAITED", "round", detail)
    else:
        yield _fault("BEACON_NOT_AWAITED", "round", f"The round waits for beacon {state.awaits}.")


def _of_time(state: RoundState, number: int, chain: Chain, at: datetime) -> Iterator[Reason]:
    due = chain.time(number)
    if at < due:
        detail = f"Beacon {number} comes at {due.isoformat()}; what is known of it before counts for nothing."
        yield _fault("BEACON_TOO_EARLY", "round", detail)
    elif number == state.awaits and state.awaits_until is not None and at > state.awaits_until:
        detail = f"Beacon {number} was to be reported by {state.awaits_until.isoformat()}."
        yield _fault("BEACON_TOO_LATE", "round", detail)


def _named(state: RoundState) -> tuple[int, ...]:
    return () if state.beacon_round is None else (state.beacon_round, *state.fallbacks)


def _fault(code: str, field: str, detail: str) -> Reason:
    return Reason(code=code, pointer=f"/data/{field}", detail=detail)
