"""Faults of an event as reasons: a pointer into it and a plain sentence, never one of its values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from jembatan.contracts.reasons import Code, bounded, reason
from jembatan.contracts.refusal import Reason

MOST_LISTED = 1000

# A misspelt field is named; what cannot be a field's name may be somebody's data and is not.
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")

_SENTENCES = {
    "missing": "This field is required.",
    "extra_forbidden": "There is no such field in this event.",
    "union_tag_invalid": "This kind is not known.",
    "union_tag_not_found": "The field that tells the kind is missing.",
}


def faults(error: ValidationError, event: object, depth: int = 0) -> tuple[Reason, ...]:
    """A reason for each fault that pydantic found in `event`, the parsed JSON that it validated.

    `depth` is how many parts stand before each path into the event. So many faults that listing them would
    hold up the reports behind this one are only counted.
    """
    if (count := error.error_count()) > MOST_LISTED:
        return (reason(Code.BAD_DATA, f"There are {count} faults, too many to list.", "/data"),)
    found = error.errors(include_url=False, include_context=True, include_input=False)
    return bounded(_distinct(_fault(fault, event, depth) for fault in found))


def _fault(fault: Mapping[str, Any], event: object, depth: int) -> Reason:
    pointer, unnamed = _pointer(fault["loc"][depth:], event, missing=fault["type"] == "missing")
    code = Code.BAD_DATA if pointer == "/data" or pointer.startswith("/data/") else Code.BAD_ATTRIBUTE
    sentence = _sentence(fault)
    if unnamed:
        sentence += " Its name is not repeated here."
    return reason(code, sentence, pointer)


def _sentence(fault: Mapping[str, Any]) -> str:
    kind = fault["type"]
    if kind == "union_tag_invalid" and "expected_tags" in fault.get("ctx", {}):
        return f"{_SENTENCES[kind]} Known are {fault['ctx']['expected_tags']}."
    text = _SENTENCES.get(kind) or str(fault["msg"]).removeprefix("Value error, ")
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _pointer(path: Sequence[int | str], event: object, *, missing: bool) -> tuple[str, bool]:
    """The RFC 6901 pointer of pydantic's path, without the parts that name a union's member.

    The second value says that the last part was left out, because it is no field's name.
    """
    parts: list[str] = []
    here = event
    for place, part in enumerate(path):
        inside = _inside(here, part)
        if not inside and not (missing and place == len(path) - 1):
            continue
        if isinstance(part, str) and not _FIELD.fullmatch(part):
            return "".join(parts), True
        parts.append(f"/{part}")
        here = inside[0] if inside else None
    return "".join(parts), False


def _inside(here: object, part: int | str) -> tuple[object, ...]:
    """What stands at this part of a JSON value, as a tuple of one; empty if nothing does."""
    if isinstance(here, list) and isinstance(part, int):
        return tuple(here[part : part + 1])
    return (here[part],) if isinstance(here, dict) and part in here else ()


def _distinct(reasons: Iterable[Reason]) -> list[Reason]:
    return list(dict.fromkeys(reasons))
