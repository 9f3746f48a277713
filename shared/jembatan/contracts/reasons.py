"""Codes of what can be wrong with a record before any domain looks at it, and how they are said.

No sentence repeats a value of the payload: refusals are read by more people than reports are.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from jembatan.contracts.refusal import Reason

MOST_REASONS = 100


class Code(StrEnum):
    """Why a record cannot be read as a report, with what its sender can do about it."""

    TOO_LARGE = "TOO_LARGE"
    TOO_MANY_HEADERS = "TOO_MANY_HEADERS"
    EMPTY = "EMPTY"
    NO_CONTENT_TYPE = "NO_CONTENT_TYPE"
    BAD_CONTENT_TYPE = "BAD_CONTENT_TYPE"
    NOT_JSON = "NOT_JSON"
    UNKNOWN_TYPE = "UNKNOWN_TYPE"
    UNKNOWN_VERSION = "UNKNOWN_VERSION"
    WRONG_TOPIC = "WRONG_TOPIC"
    BAD_ATTRIBUTE = "BAD_ATTRIBUTE"
    BAD_DATA = "BAD_DATA"


MEANING: dict[Code, str] = {
    Code.TOO_LARGE: "The record is larger than an event may be. Split what it reports.",
    Code.TOO_MANY_HEADERS: "The record has more headers than an event may have.",
    Code.EMPTY: "The record has no value. A report is never withdrawn by a tombstone; report what changed.",
    Code.NO_CONTENT_TYPE: "The header `content-type` is missing, so the CloudEvents mode cannot be told.",
    Code.BAD_CONTENT_TYPE: "The `content-type` is not one that is read: CloudEvents as JSON, or JSON.",
    Code.NOT_JSON: "The value is not one JSON object in UTF-8.",
    Code.UNKNOWN_TYPE: "There is no event of this type.",
    Code.UNKNOWN_VERSION: "The event is known, but not in this major version.",
    Code.WRONG_TOPIC: "The event belongs to another topic.",
    Code.BAD_ATTRIBUTE: "A CloudEvents attribute is missing or wrong; the pointer names it.",
    Code.BAD_DATA: "The data does not fit the event's schema; the pointer says where.",
}


def reason(code: Code, detail: str, pointer: str = "") -> Reason:
    """One reason; `pointer` is an RFC 6901 pointer into the event."""
    return Reason(code=code.value, pointer=pointer, detail=detail)


def bounded(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """The reasons, or the first hundred of them and a last one that counts the rest."""
    if len(reasons) <= MOST_REASONS:
        return tuple(reasons)
    more = len(reasons) - MOST_REASONS
    return (*reasons[:MOST_REASONS], Reason(code=reasons[-1].code, detail=f"There are {more} more faults."))
