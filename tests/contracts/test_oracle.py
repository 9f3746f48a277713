"""The CloudEvents SDK reads what we write, and we read what it writes."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from cloudevents.core.bindings import kafka
from cloudevents.core.v1.event import CloudEvent

from jembatan.contracts.asyncapi_messages import example_refusal
from jembatan.contracts.events import events
from jembatan.contracts.examples import example
from jembatan.contracts.registry import EventType, Kind
from jembatan.contracts.writing import Encoded, Mode
from tests.contracts.records import Record, event_of

REPORTS = [event for event in events() if event.kind is Kind.REPORT]
FACTS = [event for event in events() if event.kind is Kind.FACT]
MODES: tuple[Mode, ...] = ("structured", "binary")


def theirs(encoded: Encoded, mode: Mode) -> CloudEvent:
    """Our record, read by the SDK."""
    message = kafka.KafkaMessage(dict(encoded.headers), encoded.key, encoded.value)
    read = kafka.from_structured_event if mode == "structured" else kafka.from_binary_event
    found = read(message)
    assert isinstance(found, CloudEvent)
    return found


def ours(event: CloudEvent, topic: str, mode: Mode) -> Record:
    """The SDK's record, as we get it."""
    write = kafka.to_structured_event if mode == "structured" else kafka.to_binary_event
    message = write(event)
    return Record(message.value, tuple(message.headers.items()), topic)


def attributes(event: CloudEvent) -> dict[str, Any]:
    """All but what the SDK adds (`partitionkey`) or what is the mode's (`datacontenttype`)."""
    found = event.get_attributes()
    return {name: value for name, value in found.items() if name not in ("partitionkey", "datacontenttype")}


def data_of(event: CloudEvent) -> Any:  # noqa: ANN401
    data = event.get_data()
    return json.loads(data) if isinstance(data, bytes | str) else data


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("event", REPORTS, ids=lambda e: e.name)
def test_reports_both_ways(event: EventType, mode: Mode) -> None:
    record = example(event, mode)
    found = theirs(record, mode)
    read = event_of(Record(record.value, record.headers, event.topic)).envelope
    assert found.get_type() == read.type == event.type
    assert found.get_id() == read.id
    assert found.get_time() == read.time
    assert event.model.model_validate_json(json.dumps(data_of(found))) == read.data
    again = CloudEvent({**attributes(found), "datacontenttype": "application/json"}, data_of(found))
    assert event_of(ours(again, event.topic, mode)).envelope == read


@pytest.mark.parametrize("event", FACTS, ids=lambda e: e.name)
def test_facts_both_ways(event: EventType) -> None:
    record = example(event)
    found = theirs(record, "structured")
    read = event_of(Record(record.value, record.headers, event.topic)).envelope
    said = {name: _text(value) for name, value in attributes(found).items()}
    kept = read.model_dump(mode="json", exclude_none=True, exclude={"data", "datacontenttype"})
    assert said == kept
    for mode in MODES:
        again = CloudEvent({**attributes(found), "datacontenttype": "application/json"}, data_of(found))
        assert event_of(ours(again, event.topic, mode)).envelope == read


def test_refusals() -> None:
    record = example_refusal()
    found = theirs(record, "structured")
    read = event_of(Record(record.value, record.headers, "partners.refusals"))
    assert read.name == "refusal"
    assert read.envelope.data.model_dump(exclude_none=True, mode="json") == data_of(found)


def _text(value: object) -> object:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
