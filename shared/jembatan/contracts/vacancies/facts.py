"""What is published in `vacancies.facts`."""

from enum import StrEnum
from typing import Any

from jembatan.contracts.model import Code, FactData, Text
from jembatan.contracts.partners.values import example
from jembatan.contracts.refusal import Reason
from jembatan.contracts.registry import fact
from jembatan.contracts.vacancies.values import VacancyState

VACANCY = "the vacancy's id"
ON_OPENING = ("partnership.opened", "partnership.resumed")
ON_END = ("partnership.closed", "partnership.lapsed")
DEADLINE = ("deadline:vacancy.closes_on",)
ON_START = ("placement.started",)

_POSTED: dict[str, Any] = {
    "id": "vitalite-2025-017",
    "partnership": "ID:CA-NB:ISIC4-Q:G2G:1",
    "employer": "vitalite",
    "title": "Registered nurse, surgery",
    "isco08": "2221",
    "noc2021": "31301",
    "teer": 1,
    "place": "CA-NB",
    "openings": 12,
    "filled": 0,
    "wage": {"min": 3834, "max": 4600, "currency": "CAD", "unit": "HOUR"},
    "hours_week": "37.5",
    "contract": {"permanent": True},
    "licence": {"body": "NANB", "stage": "ELIGIBLE"},
    "costs": [{"item": "travel", "payer": "EMPLOYER", "amount": {"minor": 220000, "currency": "CAD"}}],
    "closes_on": "2026-03-31T23:59:59-03:00",
    "phase": "posted",
}
_PENDING = _POSTED | {"phase": "pending", "waits_for": ["opening"]}
_OUT_OF_SCOPE: dict[str, Any] = {
    "code": "V_OCCUPATION_OUT_OF_SCOPE",
    "pointer": "/state/isco08",
    "detail": "The partnership is for the occupations 3221 and 5321; this is 2221.",
}


class VacancyFact(FactData):
    """What every fact of a vacancy carries; `warnings` are rules that were not met and do not refuse."""

    state: VacancyState
    changed: tuple[str, ...]
    warnings: tuple[Reason, ...] = ()


class Ending(StrEnum):
    CLOSES_ON = "CLOSES_ON"
    PARTNERSHIP_ENDED = "PARTNERSHIP_ENDED"


@fact(
    "vacancies",
    "vacancy.pending",
    subject=VACANCY,
    caused_by=("partnership.registered", "partnership.suspended", *ON_OPENING),
)
class VacancyPending(VacancyFact):
    """A job order is right as far as can be told, and waits for what `waits_for` names."""

    model_config = example(state=_PENDING, changed=["id", "phase", "waits_for"])


@fact("vacancies", "vacancy.verified", subject=VACANCY)
class VacancyVerified(VacancyFact):
    """The origin's mission verified the order."""

    model_config = example(state=_PENDING | {"verified": True}, changed=["verified"])


@fact("vacancies", "vacancy.rejected", subject=VACANCY, caused_by=(*ON_OPENING, *ON_END))
class VacancyRejected(VacancyFact):
    """A pending order failed its checks when its partnership came, or the mission turned it down."""

    model_config = example(
        state=_POSTED | {"phase": "rejected"}, changed=["phase", "waits_for"], reasons=[_OUT_OF_SCOPE]
    )
    reasons: tuple[Reason, ...]


@fact("vacancies", "vacancy.posted", subject=VACANCY, caused_by=ON_OPENING)
class VacancyPosted(VacancyFact):
    """Candidates can prefer it and be matched to it."""

    model_config = example(state=_POSTED, changed=["phase", "waits_for"])


@fact("vacancies", "vacancy.changed", subject=VACANCY, caused_by=ON_START)
class VacancyChanged(VacancyFact):
    """Its terms are others now, or one more started work (`filled`); its phase is the same."""

    model_config = example(state=_POSTED | {"openings": 15}, changed=["openings"])


@fact("vacancies", "vacancy.suspended", subject=VACANCY, caused_by=("partnership.suspended",))
class VacancySuspended(VacancyFact):
    """Its partnership is suspended, and so is it."""

    model_config = example(state=_POSTED | {"phase": "suspended"}, changed=["phase"])


@fact("vacancies", "vacancy.resumed", subject=VACANCY, caused_by=ON_OPENING)
class VacancyResumed(VacancyFact):
    """Its partnership is open again, and it is posted again."""

    model_config = example(state=_POSTED, changed=["phase"])


@fact("vacancies", "vacancy.closed", subject=VACANCY, caused_by=(*DEADLINE, *ON_END))
class VacancyClosed(VacancyFact):
    """It was posted, and then its `closes_on` passed or its partnership ended; `outcome` says how it went."""

    model_config = example(
        state=_POSTED | {"phase": "closed", "outcome": "UNFILLED"},
        changed=["phase", "outcome"],
        because="CLOSES_ON",
    )
    because: Ending


@fact("vacancies", "vacancy.withdrawn", subject=VACANCY)
class VacancyWithdrawn(VacancyFact):
    """The employer took it back."""

    model_config = example(state=_POSTED | {"phase": "withdrawn"}, changed=["phase"], reason="POSITION_CUT")
    reason: Code
    note: Text | None = None


@fact("vacancies", "vacancy.expired", subject=VACANCY, caused_by=DEADLINE)
class VacancyExpired(VacancyFact):
    """Its `closes_on` passed while it was pending: never posted, or to be verified again."""

    model_config = example(state=_POSTED | {"phase": "expired"}, changed=["phase", "waits_for"])


@fact("vacancies", "vacancy.filled", subject=VACANCY, caused_by=ON_START)
class VacancyFilled(VacancyFact):
    """All of its openings started work, before or after it closed; nobody is matched to it any more."""

    model_config = example(
        state=_POSTED | {"phase": "filled", "filled": 12, "outcome": "FILLED"},
        changed=["phase", "filled", "outcome"],
    )
