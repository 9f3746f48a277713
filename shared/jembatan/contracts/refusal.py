"""What a report that is not accepted becomes."""

from jembatan.contracts.model import Model

PROBLEM = "urn:jembatan:problem:"


class Reason(Model):
    """One reason of a refusal: a code, where in the report, and a sentence that a person can read."""

    code: str
    pointer: str = ""
    detail: str


class RefusedReport(Model):
    """Which report was refused: what could be read of it, and where it lies."""

    source: str | None = None
    id: str | None = None
    type: str | None = None
    subject: str | None = None
    topic: str
    partition: int
    offset: int


class Refusal(Model):
    """An RFC 9457 problem with all reasons; the payload is never repeated."""

    type: str
    title: str
    status: int = 422
    detail: str
    report: RefusedReport
    reasons: tuple[Reason, ...]


def refusal(report: RefusedReport, reasons: tuple[Reason, ...]) -> Refusal:
    """The problem of a report with these reasons; the first gives its type."""
    return Refusal(
        type=PROBLEM + reasons[0].code,
        title=reasons[0].code,
        detail=" ".join(reason.detail for reason in reasons),
        report=report,
        reasons=reasons,
    )
