"""Whatever comes, reading it gives an event or reasons, and never repeats what it read."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jembatan.contracts.examples import example_data
from jembatan.contracts.reading import Unreadable
from jembatan.contracts.registry import REPORTS
from tests.contracts.records import STRUCTURED, Record, event, one, refused, structured

CANARY = "Siti Rahayu 3171"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
HEADERS = st.lists(
    st.tuples(st.sampled_from(["content-type", "ce_id", "ce_type", "x"]), st.binary(max_size=8))
)


@given(st.none() | st.binary(max_size=200), HEADERS.map(tuple) | st.just(STRUCTURED))
def test_any_bytes(value: bytes | None, headers: tuple[tuple[str, bytes], ...]) -> None:
    found = one(Record(value, headers))
    assert isinstance(found, Unreadable)
    assert found.reasons


@given(st.sampled_from(sorted(event())), JSON)
def test_any_json_in_any_place(attribute: str, value: object) -> None:
    found = one(structured(**{attribute: value}))
    assert not isinstance(found, Unreadable) or found.reasons


@given(st.sampled_from([e.type for e in REPORTS.values()]), JSON)
def test_any_json_as_any_reports_data(type_name: str, data: object) -> None:
    found = one(structured(type=type_name, data=data))
    assert not isinstance(found, Unreadable) or found.reasons


def _poisoned(value: Any) -> list[Any]:  # noqa: ANN401
    """Copies of a JSON value, each with the canary in another place, as value and as key."""
    if isinstance(value, dict):
        inside = [value | {key: bad} for key, inner in value.items() for bad in _poisoned(inner)]
        return [*inside, value | {CANARY: 1}, CANARY]
    if isinstance(value, list):
        return [*([bad, *value[1:]] for bad in _poisoned(value[0])), CANARY] if value else [CANARY, [CANARY]]
    return [CANARY, [CANARY], {CANARY: CANARY}, CANARY + "\x00", CANARY * 500]


def test_no_reason_repeats_a_value() -> None:
    seen = 0
    for event_type in REPORTS.values():
        for data in _poisoned(example_data(event_type)):
            whole = event(type=event_type.type, data=data)
            found = one(Record(json.dumps(whole).encode(), topic=event_type.topic))
            if isinstance(found, Unreadable):
                seen += 1
                said = " ".join(reason.model_dump_json() for reason in found.reasons)
                assert "Siti" not in said, said
                assert "3171" not in said, said
    assert seen > len(REPORTS)


def test_no_reason_repeats_an_attribute() -> None:
    for attribute in event():
        said = str(refused(structured(**{attribute: CANARY + "\x00"})).reasons)
        assert "Siti" not in said


def test_a_field_with_an_unlikely_name_is_told_without_it() -> None:
    data = event()["data"] | {CANARY: 1}
    (reason,) = refused(structured(data=data)).reasons
    assert reason.pointer == "/data"
    assert reason.detail == "There is no such field in this event. Its name is not repeated here."
