"""From facts, refusals and reports to Kafka records: CloudEvents, structured as JSON unless asked. Pure.

A fact is one self-contained object; fields of its data that are null are written, so that its state is
whole. A record's key is its subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel
from pydantic_core import to_json

from jembatan.contracts.envelope import (
    JSON,
    REFUSAL_TYPE,
    SPEC,
    STRUCTURED,
    Envelope,
    ReportEnvelope,
)
from jembatan.contracts.refusal import Refusal
from jembatan.contracts.registry import REPORTS, EventType

Mode = Literal["structured", "binary"]
REFUSAL_SCHEMA = "urn:jembatan:schema:refusal.v1"
_STRUCTURED_HEADERS = (("content-type", STRUCTURED.encode()),)


class Encoded(NamedTuple):
    """One Kafka record to be: key, value, headers."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class Cause(NamedTuple):
    """What a fact or refusal comes from.

    `id` is the causing event's id, or names a deadline or a job. Coordinates are those of its record, if it
    came as one.
    """

    id: str
    correlationid: str | None = None
    traceparent: str | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None


@cache
def urn(service: str) -> str:
    """A service's CloudEvents source."""
    return f"urn:jembatan:{service}"


def schema_urn(event: EventType) -> str:
    """The name of an event's JSON Schema, as its `$id` and in `dataschema`."""
    return f"urn:jembatan:schema:{event.kind}.{event.name}.v{event.major}"


def encode_fact(
    event: EventType,
    subject: str,
    data: BaseModel,
    *,
    id: str,  # noqa: A002
    at: datetime,
    sequence: int,
    cause: Cause,
    simulated: bool = False,
) -> Encoded:
    """A fact's record. `sequence` counts from 1 by topic, noun and subject; `at` is the cause's time."""
    attributes = _caused(urn(event.service), event.type, subject, schema_urn(event), id, at, cause, simulated)
    return _joined(subject, attributes | {"sequence": f"{sequence:020}"}, to_json(data))


def encode_refusal(
    service: str,
    refusal: Refusal,
    *,
    id: str,  # noqa: A002
    at: datetime,
    cause: Cause,
    simulated: bool = False,
) -> Encoded:
    """A refusal's record; its subject is the refused report's, else the place of that report's record."""
    report = refusal.report
    subject = report.subject or f"{report.topic}:{report.partition}:{report.offset}"
    attributes = _caused(urn(service), REFUSAL_TYPE, subject, REFUSAL_SCHEMA, id, at, cause, simulated)
    return _joined(subject, attributes, to_json(refusal, exclude_none=True))


def encode_report(
    name: str,
    subject: str,
    source: str,
    id: str,  # noqa: A002
    data: BaseModel | Mapping[str, Any],
    time: datetime | None = None,
    mode: Mode = "structured",
    *,
    correlationid: str | None = None,
    retryof: str | None = None,
    traceparent: str | None = None,
) -> Encoded:
    """A report's record in either mode; `retryof` is the id of the refused report that it mends.

    Raises ValueError if there is no such report. The data is not validated here: a reporter may send what
    it likes, and gets a refusal.
    """
    if name not in REPORTS:
        raise ValueError(f"there is no report {name!r}; there are: {', '.join(sorted(REPORTS))}")
    envelope = ReportEnvelope.model_construct(
        specversion=SPEC,
        id=id,
        source=source,
        type=REPORTS[name].type,
        subject=subject,
        time=time,
        datacontenttype=JSON,
        correlationid=correlationid,
        retryof=retryof,
        traceparent=traceparent,
    )
    content = to_json(data)
    return _structured(envelope, content) if mode == "structured" else _binary(envelope, content)


def _caused(
    source: str,
    kind: str,
    subject: str,
    schema: str,
    identity: str,
    at: datetime,
    cause: Cause,
    simulated: bool,
) -> dict[str, Any]:
    """The attributes of a `CausedEnvelope`, in its order."""
    return {
        "specversion": SPEC,
        "id": identity,
        "source": source,
        "type": kind,
        "subject": subject,
        "time": at,
        "datacontenttype": JSON,
        "dataschema": schema,
        "traceparent": cause.traceparent,
        "correlationid": cause.correlationid,
        "causationid": cause.id,
        "causetopic": cause.topic,
        "causepartition": cause.partition,
        "causeoffset": None if cause.offset is None else str(cause.offset),
        "simulated": simulated or None,
    }


def _joined(subject: str, attributes: Mapping[str, Any], data: bytes) -> Encoded:
    given = to_json({name: value for name, value in attributes.items() if value is not None})
    value = b"".join((given[:-1], b',"data":', data, b"}"))
    return Encoded(subject.encode(), value, _STRUCTURED_HEADERS)


def _structured(envelope: Envelope, data: bytes) -> Encoded:
    attributes = envelope.model_dump(exclude_none=True, exclude={"data"})
    return _joined(envelope.subject, attributes, data)


def _binary(envelope: Envelope, data: bytes) -> Encoded:
    attributes = envelope.model_dump(mode="json", exclude_none=True, exclude={"data", "datacontenttype"})
    carried = ((f"ce_{name}", str(value).encode()) for name, value in attributes.items())
    return Encoded(envelope.subject.encode(), data, (("content-type", JSON.encode()), *carried))
