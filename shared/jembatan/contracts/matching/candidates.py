"""Candidates: registered with their evidence, verified into a roster, with a list of preferences, delisted.

The facts carry an opaque id and never anything of the evidence, nor the reasons of an eligibility.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from jembatan.contracts.matching.evidence import (
    Competence,
    Country,
    Document,
    Employment,
    Evidence,
    EvidenceAmended,
    EvidenceReported,
    Health,
    LanguageTest,
    LicenceHeld,
    Rejection,
    Selected,
)
from jembatan.contracts.model import Code, FactData, Id, Model, ReportData, State, Text, Time
from jembatan.contracts.registry import fact, report

__all__ = [
    "CandidateAmended", "CandidateChanged", "CandidateDelisted", "CandidateFact", "CandidateRegistered",
    "CandidateRegisteredReport", "CandidateRejected", "CandidateRostered", "CandidateState",
    "CandidateVerified", "CandidateWithdrawn", "Competence", "Document", "Employment", "Evidence",
    "EvidenceAmended", "EvidenceReported", "Health", "LanguageTest", "LicenceHeld", "Phase",
    "PreferencesConfirmed", "PreferencesConfirmedReport", "Rejection", "Roster", "Selected",
    "SelectionRecorded", "SelectionRecordedReport", "WhyDelisted",
]  # fmt: skip

REGISTRIES = ("the origin's registry of candidates",)
VERIFIERS = ("the origin's agency that verifies candidates",)
CANDIDATES = ("the candidate's registry, in the candidate's name",)
_SUBJECT = "the candidate's id; it begins with the code of the reporter who registers it"
_HARD_MOST = 100
LEAVING = ("offer.withdrawn", "placement.ended", "usage.changed", "round.settled")

ProgrammeName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
]
"""A programme and its version: `id-ca-nb-health-g2g/1`."""

_ID = "kp2mi-c-000017"
_REGISTERED: dict[str, Any] = {"id": _ID, "origin": "ID", "phase": "registered"}
_ROSTERED = _REGISTERED | {
    "phase": "rostered",
    "roster": {
        "programme": "id-ca-nb-health-g2g/1",
        "starts_at": "2025-09-01T02:00:00Z",
        "ends_at": "2026-09-01T02:00:00Z",
    },
}
_LISTED = _ROSTERED | {
    "preferences": ["horizon-rn-1", "vitalite-rn-2"],
    "confirmed_at": "2025-10-01T09:30:00Z",
}
_EVIDENCE: dict[str, Any] = {
    "birth_date": "1996-02-29",
    "citizenship": "ID",
    "competence": [{"isco08": "2221", "kind": "STR_NERS", "issued_on": "2021-05-10"}],
    "health": {"physical": True, "mental": True, "valid_until": "2026-05-31"},
    "social_security": ["BPJS-TK"],
    "documents": [
        {"kind": "PASSPORT", "issued_on": "2023-01-15", "expires_on": "2033-01-15"},
        {"kind": "MARITAL_STATUS", "issued_on": "2025-06-20"},
        {"kind": "FAMILY_PERMISSION", "issued_on": "2025-06-21"},
    ],
    "tests": [
        {
            "kind": "IELTS_GENERAL",
            "language": "en",
            "taken_on": "2025-04-12",
            "listening": "7.5",
            "reading": "6.5",
            "writing": "6.5",
            "speaking": "6.5",
        }
    ],
    "licences": [{"body": "NANB", "stage": "ELIGIBLE", "valid_until": "2027-12-31"}],
    "experience": [{"isco08": "2221", "hours": 5400, "started_on": "2022-01-03", "ended_on": "2025-01-03"}],
    "education": 6,
}


def _example(**values: Any) -> ConfigDict:  # noqa: ANN401
    return ConfigDict(json_schema_extra={"examples": [values], "x-subject": _ID})


class Phase(StrEnum):
    """Where a candidate is. Only who is rostered has preferences and enters rounds."""

    REGISTERED = "registered"
    ROSTERED = "rostered"
    DELISTED = "delisted"


class WhyDelisted(StrEnum):
    """Why a candidate is in no roster any more. What was found wrong is told to the candidate alone."""

    ROSTER_EXPIRED = "ROSTER_EXPIRED"
    WITHDRAWN = "WITHDRAWN"
    REJECTED = "REJECTED"


class Roster(Model):
    """For which programme the candidate is verified, and for which time; `ends_at` still counts."""

    programme: ProgrammeName
    starts_at: Time
    ends_at: Time


class CandidateState(State):
    """A candidate's public part. `preferences` are vacancies, the best first, as confirmed at `confirmed_at`.

    That a round holds the candidate is told by the round's facts, not here. `delisted_for` says why somebody
    is in no roster any more.
    """

    id: Id
    origin: Country
    phase: Phase
    roster: Roster | None = None
    preferences: tuple[Id, ...] = ()
    confirmed_at: Time | None = None
    delisted_for: WhyDelisted | None = None


class CandidateFact(FactData):
    """What every fact of a candidate carries."""

    state: CandidateState
    changed: tuple[str, ...]


@report(
    "matching",
    "candidate.registered",
    subject=_SUBJECT,
    by=REGISTRIES,
    leads_to=("candidate.registered",),
    personal=True,
)
class CandidateRegisteredReport(ReportData):
    """A person wants to work abroad, and shows this evidence. Who was delisted may be registered anew."""

    model_config = _example(origin="ID", evidence=_EVIDENCE)

    origin: Country
    evidence: EvidenceReported


@report("matching", "candidate.verified", subject=_SUBJECT, by=VERIFIERS, leads_to=("candidate.rostered",))
class CandidateVerified(ReportData):
    """The agency has checked the evidence; the candidate enters the programme's roster for its time."""

    model_config = _example(programme="id-ca-nb-health-g2g/1")

    programme: ProgrammeName


@report(
    "matching",
    "candidate.rejected",
    subject=_SUBJECT,
    by=VERIFIERS,
    leads_to=("candidate.delisted", *LEAVING),
    personal=True,
)
class CandidateRejected(ReportData):
    """The agency turns the candidate down, or takes its verification back, and says why.

    An offer, or a placement before its departure, ends with it, and the seat is given back.
    """

    model_config = _example(reason="CERTIFICATE_NOT_GENUINE", note="The school has no record of it.")

    reason: Code
    note: Text | None = None


@report(
    "matching",
    "candidate.amended",
    subject=_SUBJECT,
    by=REGISTRIES,
    leads_to=("candidate.changed",),
    personal=True,
)
class CandidateAmended(ReportData):
    """Parts of the evidence are others now: each that is given replaces the former, `clear` removes."""

    model_config = _example(evidence={"social_security": ["BPJS-TK", "JKN"]}, clear=["education"])

    evidence: EvidenceAmended = EvidenceAmended()
    clear: tuple[Literal["health", "education"], ...] = Field(default=(), max_length=2)


@report(
    "matching",
    "candidate.withdrawn",
    subject=_SUBJECT,
    by=CANDIDATES,
    leads_to=("candidate.delisted", *LEAVING),
)
class CandidateWithdrawn(ReportData):
    """The candidate does not want to be placed any more.

    An offer, or a placement before its departure, ends with it, and the seat is given back.
    """

    model_config = _example()


@report(
    "matching",
    "preferences.confirmed",
    subject=_SUBJECT,
    by=CANDIDATES,
    leads_to=("candidate.preferences_confirmed",),
)
class PreferencesConfirmedReport(ReportData):
    """The candidate confirms this list of vacancies, the best first; what is not in it is not wanted.

    It replaces the former; an empty list wants none. A programme sets the most that a list may hold.
    """

    model_config = _example(preferences=["horizon-rn-1", "vitalite-rn-2"])

    preferences: tuple[Id, ...] = Field(max_length=_HARD_MOST)


@report(
    "matching",
    "selection.recorded",
    subject=_SUBJECT,
    by=("the employer", "an agency that reports for it"),
    leads_to=("candidate.selection_recorded",),
    personal=True,
)
class SelectionRecordedReport(ReportData):
    """An employer has looked at a candidate for a vacancy.

    The programme says which outcomes and reasons there are. It replaces a former one of the same vacancy;
    a round sees what was recorded by its `closes_at`.
    """

    model_config = _example(vacancy="horizon-rn-1", outcome="SELECTED", reason="INTERVIEW_PASSED")

    vacancy: Id
    outcome: Code
    reason: Code
    note: Text | None = None


@fact("matching", "candidate.registered", subject=_SUBJECT)
class CandidateRegistered(CandidateFact):
    """A candidate is registered, and waits to be verified."""

    model_config = _example(state=_REGISTERED, changed=["id", "origin", "phase"])


@fact("matching", "candidate.changed", subject=_SUBJECT)
class CandidateChanged(CandidateFact):
    """The evidence of a candidate is another now; nothing that is public has changed."""

    model_config = _example(state=_LISTED, changed=[])


@fact("matching", "candidate.rostered", subject=_SUBJECT)
class CandidateRostered(CandidateFact):
    """The candidate is in a programme's roster: verified, or anew after the employer cancelled a contract."""

    model_config = _example(state=_ROSTERED, changed=["phase", "roster"])


@fact("matching", "candidate.preferences_confirmed", subject=_SUBJECT)
class PreferencesConfirmed(CandidateFact):
    """The candidate has confirmed a list of vacancies."""

    model_config = _example(state=_LISTED, changed=["preferences", "confirmed_at"])


@fact("matching", "candidate.selection_recorded", subject=_SUBJECT)
class SelectionRecorded(CandidateFact):
    """The employer of `vacancy` has recorded an outcome, which is told to the candidate alone."""

    model_config = _example(state=_LISTED, changed=[], vacancy="horizon-rn-1")

    vacancy: Id


@fact("matching", "candidate.delisted", subject=_SUBJECT, caused_by=("deadline:candidate.roster_ends",))
class CandidateDelisted(CandidateFact):
    """The candidate is in no roster any more, and has no preferences.

    An offer or a placement stands when a roster's time is over; it ends, before the departure, with who
    withdraws or is rejected.
    """

    model_config = _example(
        state=_ROSTERED | {"phase": "delisted", "delisted_for": "ROSTER_EXPIRED"},
        changed=["phase", "delisted_for"],
        reason="ROSTER_EXPIRED",
    )

    reason: WhyDelisted
