"""The freeze of a round: what is fixed of caps, partnerships and vacancies, and who enters with which pairs.

Nothing that is decided after the freeze changes what is fixed here.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from jembatan.contracts.matching.chains import Chain
from jembatan.contracts.matching.rounds import Header, ListedNode, ListedVacancy, Lottery, RoundState
from jembatan.contracts.model import Model
from jembatan.contracts.refusal import Reason
from jembatan.contracts.vacancies import VacancyState
from services.matching.domain import beacons, caps
from services.matching.domain.against import Against
from services.matching.domain.beacons import Named
from services.matching.domain.rounds import FreezeBegun
from services.matching.domain.rules import Rules
from services.matching.domain.world import CandidateRow, World
from services.matching.mechanism import MECHANISM


class FixedVacancy(Model):
    """A posted vacancy as the freeze found it, and its openings that no seat holds."""

    state: VacancyState
    openings: int


class Frame(Model):
    """What is fixed before candidates enter: the cap tree, the vacancies, and why others are left out."""

    nodes: tuple[ListedNode, ...]
    vacancies: dict[str, FixedVacancy]
    left_out: dict[str, Against]

    def listed(self) -> tuple[ListedVacancy, ...]:
        """The vacancies as the market lists them, by id."""
        return tuple(
            ListedVacancy(id=name, node=fixed.state.partnership, openings=fixed.openings)
            for name, fixed in sorted(self.vacancies.items())
        )


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a round cannot be frozen at all."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A candidate in a round: eligible preferences, best first, their tiers, the score, and the reasons
    against the others.
    """

    candidate: str
    reference: str
    preferences: tuple[str, ...]
    tiers: dict[str, int]
    score: int
    reasons: dict[str, tuple[Reason, ...]]


def reference(secret: bytes, round_id: str, candidate: str) -> str:
    """The name under which a candidate appears in a round's public market.

    HMAC-SHA256 of round NUL candidate under the service's secret: without it nobody can tell whose it is,
    nor that two rounds' references are one person's.
    """
    message = "\0".join((round_id, candidate)).encode()
    return f"r-{hmac.digest(secret, message, hashlib.sha256).hex()[:32]}"


def header(state: RoundState, named: Named | None) -> Header:
    """The parts of a round's market file that are not lists; `named` is the beacon that the freeze names."""
    lottery = Lottery(
        kind=state.lottery,
        commitments=state.commitments,
        chain=state.chain if named else None,
        beacon_round=named.beacon_round if named else None,
        fallbacks=named.fallbacks if named else (),
    )
    return Header(
        round_id=state.id,
        rules={"mechanism": MECHANISM, "programme": state.programme},
        as_of=state.as_of.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        lottery=lottery,
    )


def named(state: RoundState, chains: Mapping[str, Chain], now: datetime) -> Named | Unfit | None:
    """The beacon that a freeze names if it is told now; None where secrets draw and nothing stands in."""
    chain = chains.get(state.chain or "")
    if chain is not None:
        return beacons.name(state, chain, now)
    if state.lottery == "commit-reveal":
        return None
    return Unfit("UNKNOWN_CHAIN", f"The installation no longer knows the chain {state.chain}.")


def mark(world: World, state: RoundState) -> FreezeBegun | Unfit:
    """What the mark fixes: the open partnerships of a round, and what remains under the caps over them.

    It is one transaction with the mark. Were it read later, two rounds that shared no cap when they were
    marked could each be given the last seat of a cap set in between.
    """
    opened = [name for name in state.scope if _phase(world, name) == "open"]
    if not opened:
        return Unfit("NO_PARTNERSHIP_OPEN", "No partnership of the scope is open at the freeze.")
    try:
        nodes = caps.tree(opened, world.caps.values(), state.closes_at, world.tallies)
    except caps.NotLaminar as error:
        return Unfit("CAPS_NOT_LAMINAR", f"Caps over the scope cross: {error}.")
    over = caps.numbered_over(opened, world.caps.values(), state.closes_at)
    return FreezeBegun(round=state.id, nodes=nodes, caps=over)


def fix(
    nodes: tuple[ListedNode, ...],
    scope: Collection[str],
    vacancies: Iterable[VacancyState],
    seats: Mapping[str, int],
) -> Frame:
    """What is fixed of the scope's vacancies under marked nodes; `seats` are those held, by vacancy."""
    opened = {node.id for node in nodes}.intersection(scope)
    ours = [vacancy for vacancy in vacancies if vacancy.partnership in scope]
    posted = {one.id: one for one in ours if one.phase == "posted" and one.partnership in opened}
    return Frame(
        nodes=nodes,
        vacancies={name: _fixed(one, seats.get(name, 0)) for name, one in sorted(posted.items())},
        left_out={one.id: _left_out(one, opened) for one in ours if one.id not in posted},
    )


def _phase(world: World, partnership: str) -> str:
    found = world.partnerships.get(partnership)
    return found.phase if found else ""


def _fixed(vacancy: VacancyState, seats: int) -> FixedVacancy:
    return FixedVacancy(state=vacancy, openings=max(0, vacancy.openings - max(seats, vacancy.filled)))


def _left_out(vacancy: VacancyState, opened: Iterable[str]) -> Against:
    if vacancy.partnership not in opened:
        detail = f"The partnership {vacancy.partnership} of {vacancy.id} was not open at the freeze."
        values = {"partnership": vacancy.partnership}
        return Against(code="E_PARTNERSHIP_NOT_OPEN", detail=detail, values=values)
    detail = f"{vacancy.id} was {vacancy.phase} at the freeze, and only posted vacancies are matched."
    return Against(code="E_VACANCY_NOT_POSTED", detail=detail, values={"state": vacancy.phase.value})


def enter(
    state: RoundState,
    frame: Frame,
    rules: Rules,
    row: CandidateRow,
    bars: tuple[Reason, ...],
    secret: bytes,
) -> Entry | None:
    """A candidate as of the freeze; None without a preference in scope or out of the roster.

    `bars` are reasons against every pair, as that another round or an accepted offer holds the candidate.
    """
    wished = [name for name in row.state.preferences if name in frame.vacancies or name in frame.left_out]
    if row.state.phase != "rostered" or not wished:
        return None
    reasons = {name: (*bars, *_against(state, frame, rules, row, name)) for name in wished}
    eligible = tuple(name for name in wished if not reasons[name])
    return Entry(
        candidate=row.state.id,
        reference=reference(secret, state.id, row.state.id),
        preferences=eligible,
        tiers={name: rules.tier(row, name) for name in eligible},
        score=rules.score(row, state.as_of) if eligible else 0,
        reasons={name: found for name, found in reasons.items() if found},
    )


def _against(state: RoundState, frame: Frame, rules: Rules, row: CandidateRow, name: str) -> Iterator[Reason]:
    if name in frame.left_out:
        yield frame.left_out[name]
    else:
        yield from rules.against(row, frame.vacancies[name].state, state.as_of)
