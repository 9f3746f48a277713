"""The CloudEvents Kafka protocol binding: from a record to the JSON text of one event. Pure.

The mode is told by the record's `content-type` alone; a structured message may carry `ce_` headers too, and
they count for nothing (cloudevents/bindings/kafka-protocol-binding.md, v1.0.2, section 3).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from pydantic_core import from_json

from jembatan.contracts.reasons import Code, reason
from jembatan.contracts.refusal import Reason

LARGEST = 1024 * 1024
MOST_HEADERS = 64
MEDIA_KEPT = 64
Headers = Sequence[tuple[str, bytes | None]]

_BINARY = re.compile(r"application/([a-z0-9.!#$&^_-]+\+)?json")
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)")
_ATTRIBUTE = re.compile(r"[a-z0-9]{1,64}")
_NOT_ATTRIBUTES = ("data", "data_base64", "datacontenttype")
# Headers are text; these attributes of ours are not, in JSON.
_TYPED = {"causepartition": re.compile(r"0|[1-9][0-9]{0,8}"), "simulated": re.compile(r"true|false")}


class KafkaRecord(Protocol):
    """What is read of a Kafka record; the engine's and the client's records both are one."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...


class Unbound(Exception):
    """The record holds no event; `reasons` say why, all that can be said."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__("; ".join(one.detail for one in reasons))
        self.reasons = reasons


def event_text(record: KafkaRecord) -> bytes:
    """The record's event in the CloudEvents JSON format, not yet validated; raises `Unbound`."""
    value = _checked_size(record)
    media = _media_type(record.headers)
    if media.startswith("application/cloudevents"):
        if media != "application/cloudevents+json":
            raise Unbound(_not_read(media))
        return value
    if not _BINARY.fullmatch(media):
        raise Unbound(_not_read(media))
    return _spliced(record.headers, value)


def parsed(text: bytes) -> object:
    """Any JSON value; raises `Unbound` on what is not JSON, NaN and infinities among it."""
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise Unbound(reason(Code.NOT_JSON, f"The value is not JSON: {_where(error)}.")) from None


def _where(error: ValueError) -> str:
    # jiter's messages are fixed texts with a line and a column; none repeats the input.
    return str(error).rstrip(".")


def _checked_size(record: KafkaRecord) -> bytes:
    value = record.value or b""
    size = len(value)
    for name, content in record.headers:
        size += len(name) + len(content or b"")
    if size > LARGEST:
        raise Unbound(reason(Code.TOO_LARGE, f"The record has {size} bytes; an event has at most {LARGEST}."))
    if (count := len(record.headers)) > MOST_HEADERS:
        detail = f"The record has {count} headers; an event has at most {MOST_HEADERS}."
        raise Unbound(reason(Code.TOO_MANY_HEADERS, detail))
    if not value:
        raise Unbound(reason(Code.EMPTY, "The record is empty; an event in JSON was expected."))
    return value


def _media_type(headers: Headers) -> str:
    found = [content or b"" for name, content in headers if name == "content-type"]
    if not found:
        detail = (
            "The header content-type is missing; send application/cloudevents+json for a structured event, "
            "or application/json with ce_ headers for a binary one."
        )
        raise Unbound(reason(Code.NO_CONTENT_TYPE, detail))
    if any(other != found[0] for other in found):
        raise Unbound(reason(Code.BAD_CONTENT_TYPE, "The record has two different content-type headers."))
    return _media(found[0])


@lru_cache(MEDIA_KEPT)
def _media(content: bytes) -> str:
    """The media type in a header, which is the same in nearly all records."""
    text = content.decode("utf-8", "replace").strip().lower()
    charset = _CHARSET.search(text)
    if charset and charset[1] not in ("utf-8", "utf8", "us-ascii"):
        raise Unbound(reason(Code.BAD_CONTENT_TYPE, "The charset is not UTF-8; events are JSON in UTF-8."))
    return text.partition(";")[0].strip()


def _not_read(media: str) -> Reason:
    detail = "Only application/cloudevents+json (structured) and application/json or application/…+json "
    if media.startswith("application/cloudevents-batch"):
        detail = "Batches are not read; send each event as a record of its own. " + detail
    return reason(Code.BAD_CONTENT_TYPE, detail + "(binary, with ce_ headers) are read.")


def _spliced(headers: Headers, data: bytes) -> bytes:
    """A binary message as structured text. The data is parsed first: it must be one whole JSON value."""
    attributes, faults = _attributes(headers)
    try:
        parsed(data)
    except Unbound as unbound:
        faults.extend(unbound.reasons)
    if faults:
        raise Unbound(*faults)
    return json.dumps(attributes).encode()[:-1] + b',"data":' + data + b"}"


def _attributes(headers: Headers) -> tuple[dict[str, object], list[Reason]]:
    attributes: dict[str, object] = {"datacontenttype": "application/json"}
    faults: list[Reason] = []
    for header, content in headers:
        name = header[3:]
        if not header.startswith("ce_") or not _ATTRIBUTE.fullmatch(name) or name in _NOT_ATTRIBUTES:
            continue
        try:
            attributes[name] = _value(name, (content or b"").decode("utf-8"))
        except UnicodeDecodeError:
            faults.append(reason(Code.BAD_ATTRIBUTE, f"The header ce_{name} is not UTF-8.", f"/{name}"))
    return attributes, faults


def _value(name: str, text: str) -> object:
    return json.loads(text) if name in _TYPED and _TYPED[name].fullmatch(text) else text
