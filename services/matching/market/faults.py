"""What is wrong with one value of a market file, said with its JSON pointer (RFC 6901) and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import rfc8785
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.matching.market.model import (
    GREATEST_NUMBER,
    HEX_32_PATTERN,
    HEX_PATTERN,
    ID_PATTERN,
    MARKET_FORMAT,
    TIME_PATTERN,
)


class BadFile(ValueError):
    """A file that is not what it must be. `faults`: one sentence for each thing wrong in it."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class BadMarket(BadFile):
    """A market file that cannot be matched."""


class BadResult(BadFile):
    """A result file that is none, so that nothing in it can be verified."""


_PATTERNS = {
    ID_PATTERN: "must be an id: 1 to 64 of A-Z a-z 0-9 . _ : - with a letter or digit first",
    HEX_32_PATTERN: "must be 64 lower-case hex digits",
    HEX_PATTERN: "must be pairs of lower-case hex digits",
    TIME_PATTERN: "must be a time by RFC 3339 with an offset",
}
_SENTENCES = {
    "int_type": "must be a whole number",
    "greater_than_equal": "must not be negative",
    "less_than_equal": f"must be at most {GREATEST_NUMBER}",
    "string_type": "must be a string",
    "string_unicode": "must be a string of Unicode characters",
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
}
_SINGULAR = {"nodes": "node", "vacancies": "vacancy", "candidates": "candidate"}


def shape_faults(error: ValidationError, document: Mapping[str, Any], form: str = MARKET_FORMAT) -> list[str]:
    """A sentence for each value that has not the shape of the format."""
    details = error.errors(include_url=False)
    return [f"{_place(detail['loc'], document)}: {_sentence(detail, form)}" for detail in details]


def not_canonical(document: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each free part that has no RFC 8785 form: numbers beyond doubles, lone surrogates."""
    for name in ("rules", "lottery"):
        try:
            rfc8785.dumps(document.get(name))
        except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
            yield f"/{name}: has no canonical form (RFC 8785): {str(error)!a}"
        except RecursionError:
            yield f"/{name}: is nested too deeply"


def pointer(*steps: int | str) -> str:
    """The JSON pointer to a value, by its steps from the top."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def shown(value: object) -> str:
    """A value as it may be shown in one line: ASCII, and not longer than 60 characters."""
    try:
        text = json.dumps(value, default=repr)
    except RecursionError:
        return "a deeply nested value"
    return text if len(text) <= 60 else text[:57] + "..."


def _sentence(detail: ErrorDetails, form: str) -> str:
    kind = detail["type"]
    if kind == "missing":
        return "is missing: " + (_missing(detail, form) or "give it a value")
    if kind == "extra_forbidden":
        return f"is no field of {form}: correct its name or leave it out"
    if kind == "literal_error":
        must = f'must be "{form}"'
    elif kind == "string_pattern_mismatch":
        must = _PATTERNS[detail["ctx"]["pattern"]]
    else:
        must = _SENTENCES.get(kind, detail["msg"])
    return f"{must}, not {shown(detail['input'])}"


def _missing(detail: ErrorDetails, form: str) -> str | None:
    name = str(detail["loc"][-1])
    return f'give "{form}"' if name == "format" else _MISSING.get(name)


_MISSING = {
    "draw": 'give {"rho": "<64 lower-case hex digits>"}, the randomness that orders equals',
    "parent": "give the id of the node above, or null",
    "remaining": "give the seats that are left, or null for no cap",
    "openings": "give the places that are free, or null for any number",
}


def _place(loc: tuple[int | str, ...], document: Mapping[str, Any]) -> str:
    steps = tuple(step for step in loc if step != "[key]")
    name = _id_at(steps, document)
    key = "the key " if loc and loc[-1] == "[key]" else ""
    return f"{key}{pointer(*steps)}" + (f" ({_SINGULAR[str(steps[0])]} {name})" if name else "")


def _id_at(steps: tuple[int | str, ...], document: Mapping[str, Any]) -> str | None:
    if len(steps) < 3 or steps[0] not in _SINGULAR:
        return None
    record = document[str(steps[0])][steps[1]]
    name = record.get("id") if isinstance(record, Mapping) else None
    return shown(name) if isinstance(name, str) else None
