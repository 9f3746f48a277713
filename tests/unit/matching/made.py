"""States and inputs of matching, made short."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from jembatan.contracts.deciding import Decided, Input, InputKind, Outcome, Refused
from jembatan.contracts.matching.candidates import CandidateState, Evidence
from jembatan.contracts.matching.chains import QUICKNET
from jembatan.contracts.matching.offers import OfferAcceptedReport, OfferDeclinedReport
from jembatan.contracts.matching.placement_reports import (
    ArrivalRecorded,
    ClearanceGranted,
    ClearanceRefused,
    ContractCancelled,
    ContractSigned,
    DepartureRecorded,
    EmploymentEnded,
    ReturnRecorded,
)
from jembatan.contracts.matching.rounds import (
    AbortOrdered,
    BeaconPublished,
    CommitmentMade,
    RoundAnnounced,
    RoundState,
    SecretRevealed,
)
from jembatan.contracts.partners import CapState, PartnershipState, Scope, cap_id
from jembatan.contracts.refusal import Reason
from jembatan.contracts.reporters import Reporter
from jembatan.contracts.vacancies import VacancyState
from services.matching.domain import freezing
from services.matching.domain.world import CandidateRow, RoundRow, World
from tests.support.beacons import LEAGUE

NB = "ID:CA-NB:ISIC4-Q:G2G:1"
NS = "ID:CA-NS:ISIC4-A:P2P:1"
START = datetime(2026, 1, 1, tzinfo=UTC)
CLOSES, REVEAL, ANSWER = (START + timedelta(days=days) for days in (10, 20, 40))
SECRETS = {"gnb": b"g" * 32, "kp2mi": b"k" * 32}
COMMITMENTS = {name: hashlib.sha256(secret).hexdigest() for name, secret in SECRETS.items()}
DATA: dict[str, type[Any]] = {
    "round.announced": RoundAnnounced,
    "commitment.made": CommitmentMade,
    "secret.revealed": SecretRevealed,
    "abort.ordered": AbortOrdered,
    "beacon.published": BeaconPublished,
    "offer.accepted": OfferAcceptedReport,
    "offer.declined": OfferDeclinedReport,
    "contract.signed": ContractSigned,
    "contract.cancelled": ContractCancelled,
    "clearance.granted": ClearanceGranted,
    "clearance.refused": ClearanceRefused,
    "departure.recorded": DepartureRecorded,
    "arrival.recorded": ArrivalRecorded,
    "employment.ended": EmploymentEnded,
    "return.recorded": ReturnRecorded,
}


def reporter(code: str = "kp2mi", **scope: Any) -> Reporter:  # noqa: ANN401
    return Reporter(code=code, source=f"urn:example:{code}", types=("*",), **scope)


def report(
    name: str, subject: str, data: dict[str, Any], at: datetime = START, by: Reporter | None = None
) -> Input:
    """A report's input, its data parsed."""
    by = by or reporter()
    parsed = DATA[name].model_validate(data)
    return Input(InputKind.REPORT, name, subject, parsed, at, by.source, f"{name}-{subject}", by)


def deadline(name: str, subject: str, at: datetime) -> Input:
    return Input(InputKind.DEADLINE, name, subject, None, at)


def announcement(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    values = {
        "scope": [NB], "programme": "health/1", "closes_at": CLOSES, "reveal_by": REVEAL,
        "answer_by": ANSWER, "committers": ["kp2mi", "gnb"],
    }  # fmt: skip
    return values | changes


def round_state(name: str = "kp2mi-r1", **changes: Any) -> RoundState:  # noqa: ANN401
    values = announcement(id=name, phase="open", as_of=CLOSES, lottery="commit-reveal")
    return RoundState.model_validate(values | changes)


def partnership(name: str = NB, phase: str = "open") -> PartnershipState:
    origin, jurisdiction, sector, scheme, number = name.split(":")
    return PartnershipState.model_validate(
        {
            "id": name, "origin": origin, "jurisdiction": jurisdiction, "sector": sector, "scheme": scheme,
            "number": int(number), "phase": phase, "origin_agency": "A", "host_agency": "B",
            "occupations": ["2221"],
        }
    )  # fmt: skip


def vacancy(name: str, partnership: str = NB, phase: str = "posted", openings: int = 5) -> VacancyState:
    return VacancyState.model_validate(
        {
            "id": name, "partnership": partnership, "employer": "horizon", "title": "Nurse",
            "isco08": "2221", "place": "CA-NB", "openings": openings,
            "wage": {"min": 3500, "max": 4500, "currency": "CAD", "unit": "HOUR"},
            "hours_week": "37.5", "contract": {"permanent": True},
            "closes_on": ANSWER, "phase": phase,
        }
    )  # fmt: skip


def cap(node: str, most: int | None, start: date | None = None, end: date | None = None) -> CapState:
    """A cap by its node's id."""
    parts: list[object] = [None if part == "any" else part for part in node.split(":")]
    parts[4:] = [int(str(number)) for number in parts[4:]]
    names = ("origin", "jurisdiction", "sector", "scheme", "number")
    scope = Scope.model_validate(dict(zip(names, parts, strict=False)))
    assert scope.node == node
    return CapState(
        id=cap_id(node, start), scope=scope, node=node, period_start=start, period_end=end, max=most,
        in_force=True,
    )  # fmt: skip


def candidate(name: str, *wished: str, phase: str = "rostered", score: int = 0) -> CandidateRow:
    """A candidate whose points, by the rules below, are `score`."""
    state = CandidateState.model_validate(
        {"id": name, "origin": "ID", "phase": phase, "preferences": wished, "confirmed_at": START}
    )
    return CandidateRow(state, Evidence(birth_date=date(1990, 1, 1), citizenship="ID", education=score))


@dataclass(frozen=True)
class Plain:
    """Rules for tests: points are the level of education, and who has none may not have `hard` vacancies."""

    partnerships: tuple[str, ...] = (NB, NS)
    clearances_needed: frozenset[str] = frozenset({"VISA", "ORIENTATION"})
    clearances_wished: frozenset[str] = frozenset({"CARD"})

    def meant_for(self, partnership: str) -> bool:
        return partnership in self.partnerships

    def against(self, candidate: CandidateRow, vacancy: VacancyState, as_of: datetime) -> tuple[Reason, ...]:
        if "hard" in vacancy.id and not candidate.evidence.education:
            return (Reason(code="E_EDUCATION", detail=f"asked as of {as_of.date()}"),)
        return ()

    def tier(self, candidate: CandidateRow, vacancy: str) -> int:
        return 0

    def score(self, candidate: CandidateRow, as_of: datetime) -> int:
        return candidate.evidence.education or 0


PROGRAMMES = {"health/1": Plain()}
CHAINS = {chain.hash: chain for chain in (QUICKNET, LEAGUE)}


def world(
    *rows: RoundRow, caps: tuple[CapState, ...] = (), vacancies: tuple[VacancyState, ...] = ()
) -> World:
    """A world with both partnerships open, and these rounds, caps and vacancies."""
    return World(
        partnerships={name: partnership(name) for name in (NB, NS)},
        rounds={row.state.id: row for row in rows},
        caps={one.id: one for one in caps},
        vacancies={one.id: one for one in vacancies},
    )


def frame_of(before: World, state: RoundState, seats: Mapping[str, int] | None = None) -> freezing.Frame:
    """What a freeze fixes of a world, mark and vacancies at once."""
    begun = freezing.mark(before, state)
    assert not isinstance(begun, freezing.Unfit), begun
    return freezing.fix(begun.nodes, state.scope, before.vacancies.values(), seats or {})


def codes(outcome: Outcome) -> list[tuple[str, str]]:
    """Codes and pointers of a refusal."""
    assert isinstance(outcome, Refused), outcome
    return [(reason.code, reason.pointer) for reason in outcome.reasons]


def names(outcome: Outcome) -> list[str]:
    """Types of the facts of a decision."""
    assert isinstance(outcome, Decided), outcome
    return [fact.type for fact in outcome.facts]


def told(outcome: Outcome, place: int = 0) -> Any:  # noqa: ANN401
    """The data of a decision's fact."""
    assert isinstance(outcome, Decided), outcome
    return outcome.facts[place].data
