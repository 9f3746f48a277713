"""One accepted offer at a desk: reports about it decided and applied, each held to what the language says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel

from jembatan.contracts.deciding import Decided, Draft, Input, InputKind, Outcome, Refused
from jembatan.contracts.matching.candidates import (
    CandidateRejected,
    CandidateState,
    CandidateWithdrawn,
    Evidence,
    Roster,
)
from jembatan.contracts.matching.offers import OfferPhase, OfferState
from jembatan.contracts.matching.placement_values import PlacementState
from jembatan.contracts.registry import REPORTS
from jembatan.contracts.reporters import Reporter
from services.matching.domain import MatchingDomain, caps
from services.matching.domain.world import CandidateRow, RoundRow, Tally, World
from tests.unit.matching.made import (
    ANSWER,
    CLOSES,
    DATA,
    NB,
    REVEAL,
    START,
    Plain,
    candidate,
    cap,
    reporter,
    round_state,
    vacancy,
    world,
)

R1, WHO = "kp2mi-r1", "kp2mi-c1"
PAIR = f"{R1}:{WHO}"
AT = ANSWER + timedelta(days=60)
MODELS: dict[str, Any] = DATA | {
    "candidate.withdrawn": CandidateWithdrawn,
    "candidate.rejected": CandidateRejected,
}


class Year(Plain):
    """The plain rules, with a roster of a year."""

    max_preferences = 20

    def roster_ends(self, at: datetime) -> datetime:
        return at + timedelta(days=365)


def offer(phase: OfferPhase = OfferPhase.ACCEPTED) -> OfferState:
    return OfferState(
        id=PAIR, round=R1, candidate=WHO, vacancy="v1", partnership=NB, phase=phase, extended_at=REVEAL,
        answer_by=ANSWER,
    )  # fmt: skip


def rostered(**changes: Any) -> CandidateState:  # noqa: ANN401
    roster = Roster(programme="health/1", starts_at=START, ends_at=START + timedelta(days=365))
    return candidate(WHO, "v1").state.model_copy(update={"roster": roster, **changes})


class Desk:
    """A published round of one offer, accepted unless said, under a cap of two and the origin's of nine."""

    def __init__(self, phase: OfferPhase = OfferPhase.ACCEPTED, rules: Plain | None = None) -> None:
        row = RoundRow(
            round_state(phase="published" if phase is OfferPhase.EXTENDED else "settled"),
            open_offers=int(phase is OfferPhase.EXTENDED),
            accepted=int(phase is OfferPhase.ACCEPTED),
        )
        self.world: World = world(row, caps=(cap(NB, 2), cap("ID", 9)), vacancies=(vacancy("v1"),))
        self.world.offers = {PAIR: offer(phase)}
        self.world.candidates = {
            WHO: CandidateRow(rostered(), Evidence(birth_date=START.date(), citizenship="ID"))
        }
        held = int(phase in (OfferPhase.EXTENDED, OfferPhase.ACCEPTED))
        self.world.tallies = {(R1, NB): Tally(CLOSES, held)}
        self.world.usage = {one.id: caps.usage(one, held) for one in self.world.caps.values()}
        self.domain = MatchingDomain({"health/1": rules or Year()})
        self.facts: list[Draft] = []
        self.outcome: Outcome = Decided()

    def report(
        self,
        name: str,
        subject: str = PAIR,
        who: Reporter | None = None,
        at: datetime = AT,
        **data: Any,  # noqa: ANN401
    ) -> list[str]:
        """The names of the facts that a report leads to, or the codes of its refusal."""
        who = who or reporter()
        parsed = MODELS[name].model_validate(data)
        item = Input(InputKind.REPORT, name, subject, parsed, at, who.source, "1", who)
        self.outcome = self.domain.decide(self.world, item)
        if isinstance(self.outcome, Refused):
            assert all(one.detail for one in self.outcome.reasons)
            return [one.code for one in self.outcome.reasons]
        assert self.outcome.facts
        assert {fact.type for fact in self.outcome.facts} <= set(REPORTS[name].leads_to)
        self._apply(self.outcome, item)
        return [fact.type for fact in self.outcome.facts]

    def _apply(self, outcome: Decided, item: Input) -> None:
        self.facts += outcome.facts
        changes: list[Draft | BaseModel] = [*outcome.facts, *outcome.notes]
        for change in changes:
            self.domain.evolve(self.world, change, item)

    @property
    def state(self) -> PlacementState:
        return self.world.placements[PAIR].state

    @property
    def held(self) -> int:
        """Seats held, by the tally; the caps were told the same."""
        number = self.world.tallies[R1, NB].held
        assert {one.held for one in self.world.usage.values()} == {number}
        return number


SENT: dict[str, dict[str, Any]] = {
    "contract.signed": {"signed_on": "2026-03-01"},
    "contract.cancelled": {"by": "EMPLOYER", "reason": "POSITION_CUT"},
    "clearance.granted": {"kind": "VISA"},
    "clearance.refused": {"kind": "VISA", "reason": "RECORD", "final": True},
    "departure.recorded": {"departed_on": "2026-03-20"},
    "arrival.recorded": {"arrived_on": "2026-03-21"},
    "employment.ended": {"ended_on": "2026-04-01", "how": "ENDED_BY_WORKER", "reason": "HOME"},
    "return.recorded": {"returned_on": "2026-04-02"},
}


def send(desk: Desk, *names: str) -> None:
    for name in names:
        desk.report(name, **SENT[name])


def contracted(desk: Desk) -> None:
    send(desk, "contract.signed")


def cleared(desk: Desk) -> None:
    contracted(desk)
    for kind in ("ORIENTATION", "VISA"):
        desk.report("clearance.granted", kind=kind)


def departed(desk: Desk) -> None:
    cleared(desk)
    send(desk, "departure.recorded")


def started(desk: Desk) -> None:
    departed(desk)
    send(desk, "arrival.recorded")


def cancelled(desk: Desk) -> None:
    contracted(desk)
    send(desk, "contract.cancelled")


def refused(desk: Desk) -> None:
    contracted(desk)
    send(desk, "clearance.refused")


def ended(desk: Desk) -> None:
    started(desk)
    send(desk, "employment.ended")


def returned(desk: Desk) -> None:
    ended(desk)
    send(desk, "return.recorded")


PHASES: dict[str, tuple[OfferPhase, Callable[[Desk], None]]] = {
    **{f"offer {phase}": (phase, lambda desk: None) for phase in OfferPhase},
    **{
        made.__name__: (OfferPhase.ACCEPTED, made)
        for made in (contracted, cleared, departed, started, cancelled, refused, ended, returned)
    },
}


def desk_in(phase: str) -> Desk:
    """A desk whose offer or placement is in a phase."""
    answered, play = PHASES[phase]
    desk = Desk(answered)
    play(desk)
    return desk
