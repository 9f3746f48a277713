"""JSON Schemas (2020-12) of every event's data, of the envelopes and of refusals.

They are committed, so that a change of the language is seen, and so that other languages can use them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from jembatan.contracts.envelope import Envelope, FactEnvelope, RefusalEnvelope, ReportEnvelope
from jembatan.contracts.refusal import Refusal
from jembatan.contracts.registry import EventType
from jembatan.contracts.writing import schema_urn

FOLDER = Path(__file__).parent / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ENVELOPES: dict[str, type[Envelope]] = {
    "report": ReportEnvelope,
    "fact": FactEnvelope,
    "refusal": RefusalEnvelope,
}


def schemas(events: Iterable[EventType]) -> dict[str, dict[str, Any]]:
    """Every schema by the name of its file: events as `fact.vacancy.posted.v1.json`."""
    of_events = {f"{e.kind}.{e.name}.v{e.major}.json": event_schema(e) for e in events}
    of_envelopes = {
        f"envelope.{kind}.v1.json": _schema(model, f"urn:jembatan:schema:envelope.{kind}.v1")
        for kind, model in ENVELOPES.items()
    }
    refusal = {"refusal.v1.json": _schema(Refusal, "urn:jembatan:schema:refusal.v1")}
    return of_events | of_envelopes | refusal


def event_schema(event: EventType) -> dict[str, Any]:
    """The schema of an event's data; its `$id` is the event's `dataschema`."""
    return _schema(event.model, schema_urn(event))


def text_of(schema: dict[str, Any]) -> str:
    """A schema as it is committed."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def read_schemas(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """The committed schemas by file name."""
    return {path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


def _schema(model: type[BaseModel], identity: str) -> dict[str, Any]:
    schema = model.model_json_schema()
    schema.pop("x-subject", None)
    return {"$schema": DIALECT, "$id": identity} | schema
