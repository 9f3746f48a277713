"""Records as they would come from Kafka, for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jembatan.contracts.events import language
from jembatan.contracts.reading import Read, Unreadable, read

STRUCTURED = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
TOPIC = "partners.reports"


@dataclass(frozen=True)
class Record:
    """The least that is read of a Kafka record."""

    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = STRUCTURED
    topic: str = TOPIC
    partition: int = 3
    offset: int = 41


def event(**changes: object) -> dict[str, Any]:
    """A valid structured report, with changes; a change to `...` leaves the attribute out."""
    whole: dict[str, Any] = {
        "specversion": "1.0",
        "id": "kp2mi-1",
        "source": "urn:example:kp2mi",
        "type": "org.jembatan.report.cap.set.v1",
        "subject": "ID:CA-NB",
        "time": "2025-06-03T09:00:00+07:00",
        "data": {"scope": {"origin": "ID", "jurisdiction": "CA-NB"}, "max": 150},
    }
    return {name: value for name, value in (whole | changes).items() if value is not ...}


def structured(**changes: object) -> Record:
    """A record of `event` in structured mode."""
    return Record(json.dumps(event(**changes)).encode())


def binary(changes: Mapping[str, bytes | None] | None = None, value: bytes | None = None) -> Record:
    """A record of `event` in binary mode; headers may be changed, or left out by None."""
    whole = event()
    data = json.dumps(whole.pop("data")).encode()
    headers: dict[str, bytes | None] = {"content-type": b"application/json"}
    headers |= {f"ce_{name}": text.encode() for name, text in whole.items()}
    headers |= changes or {}
    kept = tuple((name, content) for name, content in headers.items() if content is not None)
    return Record(data if value is None else value, kept)


def one(record: Record) -> Read | Unreadable:
    return read([record], language())[0]


def event_of(record: Record) -> Read:
    """The event of a record that holds one; says why if it holds none."""
    found = one(record)
    assert isinstance(found, Read), found
    return found


def refused(record: Record) -> Unreadable:
    found = one(record)
    assert isinstance(found, Unreadable), found
    return found


def codes(record: Record) -> list[tuple[str, str]]:
    """Code and pointer of each reason."""
    return [(reason.code, reason.pointer) for reason in refused(record).reasons]
