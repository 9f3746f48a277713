"""The envelope: CloudEvents 1.0 attributes of a report, a fact and a refusal.

Times are RFC 3339. Attributes that are not listed here are extensions of the sender's and are ignored, as
CloudEvents asks (https://github.com/cloudevents/spec, v1.0.2, section 3.2).
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, StringConstraints

from jembatan.contracts.model import COMPOSITE_PATTERN, Model, Time

SPEC: Literal["1.0"] = "1.0"
JSON = "application/json"
STRUCTURED = "application/cloudevents+json; charset=UTF-8"
REFUSAL_TYPE = "org.jembatan.refusal.v1"

Name = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,255}$")]
"""An identifier of 1 to 255 characters without control characters."""

Uri = Annotated[str, StringConstraints(pattern=r'^[^\x00-\x20\x7f-\xa0<>"{}|\\^`]{1,255}$')]
"""A URI reference (RFC 3986) of 1 to 255 characters."""

Subject = Annotated[str, StringConstraints(pattern=COMPOSITE_PATTERN)]
"""A subject's id, or two joined by a colon."""

JsonMediaType = Annotated[
    str,
    StringConstraints(
        pattern=r'^application/([a-z0-9.!#$&^_-]+[+])?json( *; *charset="?[Uu][Tt][Ff]-8"?)?$',
        max_length=255,
    ),
]
"""`application/json` or `application/…+json`, in UTF-8."""

TraceParent = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")
]
"""W3C Trace Context `traceparent`."""

LARGEST_SEQUENCE = 2**63 - 1


def _bigint(sequence: str) -> str:
    if int(sequence) > LARGEST_SEQUENCE:
        raise ValueError(f"Input should be a number up to {LARGEST_SEQUENCE}")
    return sequence


Sequence = Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$"), AfterValidator(_bigint)]
"""A number from 1 to 2⁶³ − 1 (a PostgreSQL bigint), as twenty digits, so that it sorts as text."""

Offset = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,18})$")]
"""A Kafka offset as text, since a CloudEvents integer has only 32 bits."""


class Envelope(Model):
    """The attributes that every event has. `data` is the parsed model of the event's type."""

    specversion: Literal["1.0"]
    id: Name
    source: Uri
    type: str
    subject: Subject
    time: Time | None = None
    datacontenttype: JsonMediaType | None = None
    dataschema: Uri | None = None
    traceparent: TraceParent | None = None
    correlationid: Name | None = None
    data: Any = None


class ReportEnvelope(Envelope):
    """A report's envelope; `retryof` names the id of the report that this one repeats after a refusal."""

    retryof: Name | None = None


class CausedEnvelope(Envelope):
    """What was caused by something: by an event (`causationid`), at a record's coordinates if it has any."""

    time: Time
    causationid: Name
    causetopic: Name | None = None
    causepartition: int | None = None
    causeoffset: Offset | None = None
    simulated: bool | None = None


class FactEnvelope(CausedEnvelope):
    """A fact's envelope; `sequence` counts the facts of its topic, noun and subject from 1, without gaps."""

    sequence: Sequence


class RefusalEnvelope(CausedEnvelope):
    """A refusal's envelope; its subject is the refused report's, or that record's place if it has none."""

    subject: Name
