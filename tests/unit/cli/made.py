"""Events for tests, as they would lie in Kafka."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from jembatan.client import Event as Event
from jembatan.client.received import receive
from jembatan.contracts.events import language
from jembatan.contracts.examples import example_data, example_subject
from jembatan.contracts.reasons import Code, reason
from jembatan.contracts.refusal import RefusedReport, refusal
from jembatan.contracts.registry import FACTS, REPORTS
from jembatan.contracts.writing import Cause, Encoded, encode_fact, encode_refusal, encode_report
from jembatan.engine.records import Record, from_milliseconds, to_milliseconds

AT = datetime(2025, 6, 3, 12, tzinfo=UTC)
SOURCE = "urn:example:registry"
_OFFSETS: Iterator[int] = itertools.count()


def record(topic: str, encoded: Encoded, at: datetime = AT, offset: int | None = None) -> Record:
    place = next(_OFFSETS) if offset is None else offset
    return Record(topic, 0, place, from_milliseconds(to_milliseconds(at)), *encoded)


def read_one(given: Record) -> Event:
    found = receive([given], language())[0]
    assert isinstance(found, Event), found
    return found


def report(name: str, identity: str, *, subject: str = "", at: datetime = AT, **attributes: Any) -> Event:  # noqa: ANN401
    event = REPORTS[name]
    about = subject or example_subject(event)
    encoded = encode_report(name, about, SOURCE, identity, example_data(event), at, **attributes)
    return read_one(record(event.topic, encoded, at))


def fact(
    name: str, cause: Event | None = None, *, subject: str = "", sequence: int = 1, at: datetime = AT
) -> Event:
    event = FACTS[name]
    data = event.model.model_validate(example_data(event))
    about = subject or example_subject(event)
    identity = f"fact-{name}-{about}-{sequence}"
    encoded = encode_fact(event, about, data, id=identity, at=at, sequence=sequence, cause=caused(cause))
    return read_one(record(event.topic, encoded, at))


def refused(cause: Event, *codes: Code, at: datetime = AT) -> Event:
    where = cause.record
    about = RefusedReport(
        source=cause.envelope.source, id=cause.id, type=cause.envelope.type, subject=cause.subject,
        topic=where.topic, partition=where.partition, offset=where.offset,
    )  # fmt: skip
    reasons = tuple(reason(code, "A sentence.", "/data/x") for code in codes or (Code.BAD_DATA,))
    service = where.topic.partition(".")[0]
    encoded = encode_refusal(
        service, refusal(about, reasons), id=f"refusal-{cause.id}", at=at, cause=caused(cause)
    )
    return read_one(record(f"{service}.refusals", encoded, at))


def caused(cause: Event | None) -> Cause:
    if cause is None:
        return Cause("deadline", correlationid="deadline")
    where = cause.record
    correlation = cause.envelope.correlationid or cause.id
    return Cause(cause.id, correlation, None, where.topic, where.partition, where.offset)
