"""The table of events, walked both ways."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from jembatan.contracts.events import events
from jembatan.contracts.examples import example, example_data
from jembatan.contracts.model import Model
from jembatan.contracts.registry import FACTS, REPORTS, SERVICES, EventType, Kind, LaneOf
from jembatan.contracts.schemas import event_schema
from jembatan.contracts.writing import Mode
from tests.contracts.fields import parts
from tests.contracts.records import Record, codes, event_of

ALL = [pytest.param(event, id=f"{event.kind}.{event.name}") for event in events()]
ALL_REPORTS = [pytest.param(event, id=event.name) for event in REPORTS.values()]
ALL_FACTS = [pytest.param(event, id=event.name) for event in FACTS.values()]
MODES: tuple[Mode, ...] = ("structured", "binary")


def test_every_service_has_reports_and_facts() -> None:
    for table in (REPORTS, FACTS):
        assert {event.service for event in table.values()} == set(SERVICES)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("event", ALL)
def test_its_example_comes_back(event: EventType, mode: Mode) -> None:
    record = example(event, mode)
    read = event_of(Record(record.value, record.headers, event.topic))
    assert read.name == event.name
    assert read.envelope.data == event.model.model_validate_json(json.dumps(example_data(event)))
    assert read.envelope.subject.encode() == record.key


@pytest.mark.parametrize("event", ALL)
def test_its_example_fits_its_schema(event: EventType) -> None:
    schema = event_schema(event)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(example_data(event))


@pytest.mark.parametrize("event", ALL_FACTS)
def test_a_fact_is_written_as_its_schema_says(event: EventType) -> None:
    written = json.loads(example(event).value)
    assert written["dataschema"] == event_schema(event)["$id"]
    Draft202012Validator(event_schema(event)).validate(written["data"])


@pytest.mark.parametrize("event", ALL)
def test_it_is_documented(event: EventType) -> None:
    assert event.meaning[0].isupper()
    assert event.meaning.rstrip()[-1] in ".)"
    assert event.subject
    assert event.kind is Kind.FACT or event.reported_by


@pytest.mark.parametrize("event", ALL_REPORTS)
def test_a_report_leads_to_facts_of_its_service(event: EventType) -> None:
    assert event.leads_to
    for name in event.leads_to:
        assert name in FACTS, f"{event.name} leads to {name}, which no one declares"
        assert FACTS[name].service == event.service


@pytest.mark.parametrize("event", ALL_FACTS)
def test_a_fact_has_a_cause(event: EventType) -> None:
    reports = [report.name for report in REPORTS.values() if event.name in report.leads_to]
    assert reports or event.caused_by, f"nothing leads to {event.name}"
    for cause in event.caused_by:
        kind, _, name = cause.rpartition(":")
        assert kind in ("", "deadline", "job")
        if not kind:
            assert name in FACTS, f"{event.name} is caused by {name}, which no one declares"
            assert FACTS[name].service != event.service
        else:
            assert name


@pytest.mark.parametrize("event", ALL_FACTS)
def test_a_facts_lane_is_its_subjects(event: EventType) -> None:
    subject = example(event).key.decode()
    key = event.lane_key(subject)
    of_candidate = event.lane is LaneOf.CANDIDATE
    assert key
    assert key == subject[-len(key) :]
    assert of_candidate == (key != subject)


@pytest.mark.parametrize("event", ALL_FACTS)
def test_a_state_is_in_the_facts_of_its_noun_alike(event: EventType) -> None:
    states: set[Any] = {
        other.model.model_fields["state"].annotation
        for other in FACTS.values()
        if other.noun == event.noun and "state" in other.model.model_fields
    }
    assert len(states) <= 1
    if "state" in event.model.model_fields:
        assert "changed" in event.model.model_fields


@pytest.mark.parametrize("event", ALL_REPORTS)
def test_a_report_takes_no_field_that_it_does_not_know(event: EventType) -> None:
    whole = json.loads(example(event).value)
    whole["data"]["surely_unknown"] = 1
    record = Record(json.dumps(whole).encode(), topic=event.topic)
    assert codes(record) == [("BAD_DATA", "/data/surely_unknown")]


@pytest.mark.parametrize("event", ALL_REPORTS)
def test_no_part_of_a_report_takes_what_it_does_not_know(event: EventType) -> None:
    for where, model in parts(event.model):
        assert model.model_config.get("extra") == "forbid", (
            f"{where} ({model.__name__}) ignores unknown fields"
        )


@pytest.mark.parametrize("event", ALL_FACTS)
def test_a_subscriber_ignores_fields_that_it_does_not_know(event: EventType) -> None:
    whole = json.loads(example(event).value)
    whole["data"]["of_tomorrow"] = 1
    whole["oftomorrow"] = "x"
    read = event_of(Record(json.dumps(whole).encode(), topic=event.topic))
    assert read.envelope.data == event_of(Record(example(event).value, topic=event.topic)).envelope.data


@pytest.mark.parametrize("event", ALL)
def test_every_part_is_frozen(event: EventType) -> None:
    for where, model in parts(event.model):
        assert issubclass(model, Model), f"{where} is no part of the language"
        assert model.model_config.get("frozen"), where
        assert model.model_config.get("allow_inf_nan") is False, where
