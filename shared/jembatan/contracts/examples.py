"""A complete, valid example of every event, made of the example of data that each model declares.

A model may name its example's subject as `"x-subject"` beside `"examples"` in `json_schema_extra`; else it is
the id in its state or, for a report, the subject of the first fact that it leads to.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from jembatan.contracts.registry import FACTS, EventType, Kind
from jembatan.contracts.writing import Cause, Encoded, Mode, encode_fact, encode_report

AT = datetime(2025, 6, 3, 12, 0, tzinfo=UTC)
SOURCE = "urn:example:reporter"


class NoExample(ValueError):
    """A model declares no example; the message says how to."""


def example_data(event: EventType) -> dict[str, Any]:
    """The example of an event's data, as JSON values."""
    examples = _extra(event).get("examples")
    if not examples:
        raise NoExample(
            f"{event.kind} {event.name}: give {event.model.__name__} a model_config with json_schema_extra="
            '{"examples": [{...}]}'
        )
    return dict(examples[0])


def example_subject(event: EventType) -> str:
    """Whom the example is about."""
    extra = _extra(event)
    if "x-subject" in extra:
        return str(extra["x-subject"])
    if event.kind is Kind.REPORT:
        return _first_subject(FACTS[name] for name in event.leads_to if name in FACTS) or f"{event.noun}-1"
    of_noun = (other for other in FACTS.values() if other.noun == event.noun)
    return _first_subject([event, *of_noun]) or f"{event.noun}-1"


def example(event: EventType, mode: Mode = "structured") -> Encoded:
    """The record of an example. Facts are structured only."""
    return _report(event, mode) if event.kind is Kind.REPORT else _fact(event)


def _first_subject(facts: Iterable[EventType]) -> str:
    states = (example_data(fact).get("state", {}) for fact in facts)
    return next((str(state["id"]) for state in states if "id" in state), "")


def _report(event: EventType, mode: Mode) -> Encoded:
    name, subject = event.name, example_subject(event)
    return encode_report(name, subject, SOURCE, f"example-{name}-1", example_data(event), AT, mode)


def _fact(event: EventType) -> Encoded:
    data = event.model.model_validate(example_data(event))
    cause = Cause("example-1", topic=f"{event.service}.reports", partition=0, offset=41)
    identity = str(uuid5(NAMESPACE_URL, f"urn:example:{event.type}"))
    return encode_fact(event, example_subject(event), data, id=identity, at=AT, sequence=1, cause=cause)


def _extra(event: EventType) -> dict[str, Any]:
    extra = event.model.model_config.get("json_schema_extra")
    return dict(extra) if isinstance(extra, dict) else {}
