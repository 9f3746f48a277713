"""Messages of the AsyncAPI document: CloudEvents in structured mode, each with a whole example."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pydantic import BaseModel

from jembatan.contracts.envelope import REFUSAL_TYPE, Envelope, FactEnvelope, RefusalEnvelope, ReportEnvelope
from jembatan.contracts.examples import AT, example
from jembatan.contracts.refusal import Reason, Refusal, RefusedReport, refusal
from jembatan.contracts.registry import EventType, Kind
from jembatan.contracts.writing import Cause, Encoded, encode_refusal

BINDING = "0.5.0"
_ENVELOPE: dict[Kind, type[Envelope]] = {Kind.REPORT: ReportEnvelope, Kind.FACT: FactEnvelope}

Document = dict[str, Any]
References = Mapping[type[BaseModel], Document]
"""Where each model's schema stands in the document, as `{"$ref": …}`."""


def message(event: EventType, references: References) -> Document:
    """One event as a message; `x-` fields say what AsyncAPI has no words for."""
    payload = _payload(references[_ENVELOPE[event.kind]], event.type, references[event.model])
    whole = _message(f"{event.kind}.{event.name}.v{event.major}", event.meaning, payload, example(event))
    return whole | {
        "x-subject": event.subject,
        "x-personal-data": event.personal,
        "x-reported-by": list(event.reported_by),
        "x-leads-to": list(event.leads_to),
        "x-caused-by": list(event.caused_by),
    }


def refusal_message(references: References) -> Document:
    """What a report becomes that is not accepted."""
    meaning = "A report is not accepted; all reasons, as an RFC 9457 problem."
    payload = _payload(references[RefusalEnvelope], REFUSAL_TYPE, references[Refusal])
    return _message("refusal.v1", meaning, payload, example_refusal())


def example_refusal() -> Encoded:
    """The record of a refusal, as an example."""
    report = RefusedReport(
        source="urn:example:reporter",
        id="example-1",
        type="org.jembatan.report.cap.set.v1",
        subject="ID:CA-NB",
        topic="partners.reports",
        partition=0,
        offset=41,
    )
    reason = Reason(
        code="BAD_DATA", pointer="/data/max", detail="Input should be greater than or equal to 0."
    )
    cause = Cause("example-1", topic=report.topic, partition=report.partition, offset=report.offset)
    identity = str(uuid5(NAMESPACE_URL, f"urn:example:{REFUSAL_TYPE}"))
    return encode_refusal("partners", refusal(report, (reason,)), id=identity, at=AT, cause=cause)


def _payload(envelope: Document, type_name: str, data: Document) -> Document:
    return {
        "allOf": [
            dict(envelope),
            {
                "type": "object",
                "required": ["type", "data"],
                "properties": {
                    "type": {"const": type_name},
                    "data": dict(data),
                },
            },
        ]
    }


def _message(name: str, meaning: str, payload: Document, record: Encoded) -> Document:
    summary, _, rest = meaning.partition("\n")
    whole = {
        "name": name,
        "title": name,
        "summary": summary.strip(),
        "contentType": "application/cloudevents+json",
        "payload": payload,
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": BINDING}},
        "examples": [{"name": "example", "payload": json.loads(record.value)}],
    }
    return whole | ({"description": rest.strip()} if rest.strip() else {})
