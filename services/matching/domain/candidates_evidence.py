"""A candidate's evidence as it is reported and amended: what of it cannot be, and what it becomes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from jembatan.contracts.deciding import Input
from jembatan.contracts.matching.candidates import (
    CandidateAmended,
    Evidence,
    EvidenceAmended,
    EvidenceReported,
)
from jembatan.contracts.model import Id, Model, OwnId
from jembatan.contracts.refusal import Reason
from services.matching.domain import refusing

_OWN_ID: TypeAdapter[str] = TypeAdapter(OwnId)

NOTHING_SHOWN = Evidence(birth_date=date.max, citizenship="ZZ")
"""What is known of a candidate by facts alone, which carry no evidence: nobody is eligible by it."""

PAST = {
    "competence": "issued_on",
    "documents": "issued_on",
    "tests": "taken_on",
    "experience": "ended_on",
}
"""By part of the evidence, the day that lies in the past of a report."""


class EvidenceKept(Model):
    """A private change: the evidence of a candidate as it stands now."""

    candidate: Id
    evidence: Evidence


def bad_id(item: Input) -> Iterator[Reason]:
    """Reasons why a new candidate cannot have this id."""
    assert item.reporter is not None
    try:
        _OWN_ID.validate_python(item.subject)
    except ValidationError as error:
        detail = f"This is no id for a candidate: {error.errors()[0]['msg']}."
        yield Reason(code="BAD_ID", pointer="/subject", detail=detail)
    if not item.reporter.issued(item.subject):
        detail = f"A candidate's id begins with the code of who registers it: {item.reporter.code}."
        yield Reason(code=refusing.NOT_YOUR_REPORT, pointer="/subject", detail=detail)


def dated_ahead(evidence: EvidenceReported | EvidenceAmended, at: datetime) -> Iterator[Reason]:
    """A reason for each day after the report that cannot be known yet, wherever on earth it is that day."""
    latest = at.astimezone(UTC).date() + timedelta(days=1)
    if evidence.birth_date is not None and evidence.birth_date > latest:
        yield _ahead("birth_date")
    for part, field in PAST.items():
        for place, one in enumerate(getattr(evidence, part) or ()):
            if getattr(one, field) > latest:
                yield _ahead(f"{part}/{place}/{field}")


def _ahead(where: str) -> Reason:
    detail = "This day is after the report's time; only what has happened is evidence."
    return Reason(code="DATED_AHEAD", pointer=f"/data/evidence/{where}", detail=detail)


def both_ways(data: CandidateAmended) -> Iterator[Reason]:
    """A reason for each part that is given and cleared at once."""
    for place, name in enumerate(data.clear):
        if getattr(data.evidence, name) is not None:
            detail = f"`{name}` is given and cleared at once; do one of them."
            yield Reason(code="CONTRADICTION", pointer=f"/data/clear/{place}", detail=detail)


def amended(evidence: Evidence, data: CandidateAmended) -> Evidence:
    """The evidence with the given parts replaced and the cleared ones removed."""
    given = {name: value for name, value in data.evidence if value is not None}
    return evidence.model_copy(update=given | dict.fromkeys(data.clear))
