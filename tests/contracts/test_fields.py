"""What a field of an event may be."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError

from jembatan.contracts.events import events
from jembatan.contracts.examples import example_data
from jembatan.contracts.model import Text
from jembatan.contracts.registry import REPORTS, EventType
from jembatan.contracts.schemas import event_schema
from tests.contracts.fields import bare, leaves

ALL = [pytest.param(event, id=f"{event.kind}.{event.name}") for event in events()]
ALL_REPORTS = [pytest.param(event, id=event.name) for event in REPORTS.values()]
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
FORMATS = FormatChecker(["date"])
WRONG: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    1748916000,
    "",
    "5",
    "0",
    "2025-06-03 09:00Z",
    "x" * 5000,
    [],
    {},
    [None],
    {"x": 1},
)


@FORMATS.checks("date-time")
def is_date_time(value: object) -> bool:
    """RFC 3339, section 5.6, in which `T` and an offset are not optional."""
    return not isinstance(value, str) or bool(RFC3339.fullmatch(value))


def takes_nul(kind: Any) -> bool:  # noqa: ANN401
    """Whether a type takes text with a NUL in it, which PostgreSQL cannot store."""
    inner = bare(kind)
    if not (isinstance(inner, type) and issubclass(inner, str)) or issubclass(inner, Enum):
        return False
    try:
        TypeAdapter(kind).validate_python("a\x00b")
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("event", ALL_REPORTS)
def test_no_text_of_a_report_takes_nul(event: EventType) -> None:
    assert [where for where, kind in leaves(event.model) if takes_nul(kind)] == []


@pytest.mark.parametrize("event", ALL)
def test_no_field_is_a_float_or_just_anything(event: EventType) -> None:
    loose = [
        where for where, kind in leaves(event.model) if bare(kind) in (float, complex, Any, object, bytes)
    ]
    assert loose == []


class _Careless(BaseModel):
    plain: str
    short: Annotated[str, StringConstraints(max_length=5)] | None = None
    many: tuple[str, ...] = ()
    by_name: dict[Text, list[str]] = Field(default_factory=dict)
    good: Text = "x"
    rate: float = 0.5


def test_a_careless_model_is_caught() -> None:
    nul = sorted(where for where, kind in leaves(_Careless) if takes_nul(kind))
    assert nul == [f"_Careless.{name}" for name in ("by_name", "many", "plain", "short")]
    assert [where for where, kind in leaves(_Careless) if bare(kind) is float] == ["_Careless.rate"]


def _spoilt(value: Any) -> Iterator[Any]:  # noqa: ANN401
    """Copies of a JSON value, each with something else in one place."""
    yield from copy.deepcopy(WRONG)
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        for bad in _spoilt(inner):
            spoilt = copy.copy(value)
            spoilt[key] = bad
            yield spoilt


@pytest.mark.parametrize("event", ALL_REPORTS)
def test_what_a_report_takes_its_schema_takes(event: EventType) -> None:
    schema = Draft202012Validator(event_schema(event), format_checker=FORMATS)
    for data in _spoilt(example_data(event)):
        try:
            event.model.model_validate_json(json.dumps(data), strict=True)
        except ValidationError:
            continue
        assert schema.is_valid(data), f"taken against its schema: {next(schema.iter_errors(data)).message}"
