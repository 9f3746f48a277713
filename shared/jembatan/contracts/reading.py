"""From Kafka records to events, or to every reason why a record is none. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import to_json

from jembatan.contracts.binding import KafkaRecord, Unbound, event_text, parsed
from jembatan.contracts.envelope import Envelope, Name, Subject, Uri
from jembatan.contracts.reading_faults import faults
from jembatan.contracts.reading_language import Attributes, Home, Language, home_topic, kind_of
from jembatan.contracts.reasons import Code, reason
from jembatan.contracts.refusal import Reason, RefusedReport

__all__ = ["Language", "Read", "Unreadable", "fingerprint", "read"]

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_READABLE: dict[str, TypeAdapter[str]] = {
    "source": TypeAdapter(Uri),
    "id": _NAME,
    "type": _NAME,
    "subject": TypeAdapter(Subject),
}


class Read(NamedTuple):
    """A record that holds an event; `envelope.data` is its model. A refusal has the name `refusal`."""

    record: KafkaRecord
    name: str
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that holds none, with all reasons, and what of it could be read and was valid."""

    record: KafkaRecord
    reasons: tuple[Reason, ...]
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def report(self) -> RefusedReport:
        """Which record it is, for a refusal."""
        record = self.record
        return RefusedReport(
            **self.known, topic=record.topic, partition=record.partition, offset=record.offset
        )


def read(records: Sequence[KafkaRecord], spoken: Language) -> list[Read | Unreadable]:
    """Each record's event, or the reasons why it holds none, in the records' order.

    What a record may hold follows from its topic: `<service>.reports` and `<service>.reports.<reporter>`,
    `.facts`, `.public` and `.refusals`. Reports forbid unknown fields, the others ignore them. JSON types are
    taken strictly: no "5" for 5. Of a key that stands twice in an object, the last counts.
    """
    return [_read(record, spoken) for record in records]


def fingerprint(event: Envelope) -> bytes:
    """SHA-256 over an event's type, subject and data, alike however it was spelt and in whichever mode.

    Fields that are left out and fields that are null count as the same.
    """
    model: BaseModel = event.data
    data = to_json(model, exclude_none=True)
    if _has_mappings(type(model)):
        data = json.dumps(json.loads(data), sort_keys=True).encode()
    return hashlib.sha256(f"{event.type}\x00{event.subject}\x00".encode() + data).digest()


@cache
def _has_mappings(model: type[BaseModel]) -> bool:
    """Whether some part of a model is a mapping, whose order is the sender's."""
    return '"additionalProperties": {' in json.dumps(model.model_json_schema())


def _read(record: KafkaRecord, spoken: Language) -> Read | Unreadable:
    home = spoken.homes.get(kind_of(record.topic))
    if home is None:
        detail = f"{record.topic} is no topic of reports, facts or refusals."
        return Unreadable(record, (reason(Code.WRONG_TOPIC, detail),))
    try:
        text = event_text(record)
    except Unbound as unbound:
        return Unreadable(record, unbound.reasons)
    try:
        event = home.validate(text, strict=True)
    except ValidationError as error:
        return _unreadable(record, text, spoken, error)
    spoken_type = home.types[event.type]
    if home_topic(record.topic) not in spoken_type.topics:
        known = _known(event.model_dump(include=set(_READABLE)))
        return Unreadable(record, (_wrong_topic(spoken_type.topics),), known)
    return Read(record, spoken_type.name, event)


def _unreadable(record: KafkaRecord, text: bytes, spoken: Language, error: ValidationError) -> Unreadable:
    try:
        raw = parsed(text)
    except Unbound as unbound:
        return Unreadable(record, unbound.reasons)
    if not isinstance(raw, dict):
        return Unreadable(record, (reason(Code.NOT_JSON, "The value is JSON, but not one object."),))
    return Unreadable(record, _reasons(raw, record.topic, spoken, error), _known(raw))


def _reasons(raw: dict[str, Any], topic: str, spoken: Language, error: ValidationError) -> tuple[Reason, ...]:
    """Every reason why this JSON object is no event of its topic."""
    name, types = raw.get("type"), spoken.homes[kind_of(topic)].types
    base64 = (reason(Code.BAD_DATA, "The data comes as JSON, not as base64.", "/data_base64"),)
    also = base64 if "data_base64" in raw else ()
    if isinstance(name, str) and name in types:
        # Where there are several types, each path begins with the one that was found.
        return _type_reasons(name, topic, spoken) + faults(error, raw, depth=int(len(types) > 1)) + also
    of_type = _type_reasons(name, topic, spoken) if isinstance(name, str) else ()
    return of_type + _attribute_reasons(raw) + also


def _attribute_reasons(raw: dict[str, Any]) -> tuple[Reason, ...]:
    try:
        Attributes.model_validate(raw, strict=True)
    except ValidationError as error:
        return faults(error, raw)
    return ()


def _type_reasons(name: str, topic: str, spoken: Language) -> tuple[Reason, ...]:
    home = home_topic(topic)
    if places := spoken.topics(name):
        return () if home in places else (_wrong_topic(places),)
    return (_unknown(name, home, spoken.homes[kind_of(topic)]),)


def _unknown(name: str, place: str, home: Home) -> Reason:
    stem, _, version = name.rpartition(".")
    majors = sorted(known for known in home.types if known.rpartition(".")[0] == stem)
    if majors and version.startswith("v"):
        detail = f"This version is not read; known is {', '.join(majors)}."
        return reason(Code.UNKNOWN_VERSION, detail, "/type")
    mine = sorted(known for known, one in home.types.items() if place in one.topics)
    detail = f"There is no event of this type. {place} takes {', '.join(mine) or 'none'}."
    return reason(Code.UNKNOWN_TYPE, detail, "/type")


def _wrong_topic(topics: frozenset[str]) -> Reason:
    detail = f"Events of this type belong into {' or '.join(sorted(topics))}."
    return reason(Code.WRONG_TOPIC, detail, "/type")


def _known(raw: Mapping[str, Any]) -> dict[str, str]:
    return {name: raw[name] for name, adapter in _READABLE.items() if _valid(adapter, raw.get(name))}


def _valid(adapter: TypeAdapter[str], value: object) -> bool:
    try:
        adapter.validate_python(value, strict=True)
    except ValidationError:
        return False
    return True
