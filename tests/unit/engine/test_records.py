"""Batches: merged by time, cut by count and size, and how far a partition is decided afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jembatan.engine.records import (
    EPOCH,
    LATEST,
    TICK,
    Place,
    Record,
    advance,
    cut,
    from_milliseconds,
    merge,
    to_milliseconds,
)

START = datetime(2025, 6, 3, tzinfo=UTC)


def record(topic: str = "t", offset: int = 0, seconds: int = 0, value: bytes | None = b"x") -> Record:
    return Record(topic, 0, offset, START + timedelta(seconds=seconds), None, value, ())


def test_inputs_are_merged_by_time() -> None:
    merged = merge({("a", 0): [record("a", 0, 1), record("a", 1, 5)], ("b", 0): [record("b", 0, 3)]})
    assert [(r.topic, r.offset) for r in merged] == [("a", 0), ("b", 0), ("a", 1)]


@given(st.lists(st.integers(0, 50)), st.lists(st.integers(0, 50)))
def test_each_input_keeps_its_own_order(first: list[int], second: list[int]) -> None:
    a = [record("a", n, s) for n, s in enumerate(first)]
    b = [record("b", n, s) for n, s in enumerate(second)]
    merged = merge({("a", 0): a, ("b", 0): b})
    assert [r for r in merged if r.topic == "a"] == a
    assert [r for r in merged if r.topic == "b"] == b


def test_a_batch_is_cut_by_count_and_by_bytes_but_takes_one_always() -> None:
    ten = [record(offset=n, value=b"x" * 10) for n in range(10)]
    assert cut(ten, 4, 1000) == 4
    assert cut(ten, 10, 35) == 3
    assert cut(ten, 10, 1) == 1
    assert cut([], 10, 1) == 0


def test_places_carry_the_greatest_time_and_the_last_record() -> None:
    late, early = record(offset=7, seconds=9), record(offset=8, seconds=2)
    after = advance({("t", 0): Place(7, EPOCH)}, [late, early])[("t", 0)]
    assert (after.next_offset, after.at, after.last_at) == (9, late.at, early.at)
    assert after.last_checksum == early.checksum


def test_a_tick_is_empty_and_says_so() -> None:
    header = ((TICK, b"1"),)
    assert Record("t", 0, 0, START, None, b"", header).is_tick
    assert Record("t", 0, 0, START, None, None, header).is_tick
    assert not Record("t", 0, 0, START, None, b"x", header).is_tick
    assert not Record("t", 0, 0, START, None, b"", ()).is_tick


def test_the_checksum_covers_key_and_value() -> None:
    plain = Record("t", 0, 0, START, b"k", b"v", ())
    assert plain.checksum != Record("t", 0, 0, START, b"k", b"w", ()).checksum
    assert plain.checksum != Record("t", 0, 0, START, b"l", b"v", ()).checksum


@given(st.integers(0, 4_102_444_800_000))
def test_milliseconds_survive(timestamp: int) -> None:
    assert to_milliseconds(from_milliseconds(timestamp)) == timestamp


@pytest.mark.parametrize(
    ("timestamp", "at"), [(-1, EPOCH), (-(2**63), EPOCH), (10**17, LATEST), (2**63 - 1, LATEST)]
)
def test_a_timestamp_that_no_calendar_has_is_no_error(timestamp: int, at: datetime) -> None:
    assert from_milliseconds(timestamp) == at


def test_a_header_without_a_value_has_a_size() -> None:
    record = Record("t", 0, 0, START, None, b"xy", (("name", None), ("content-type", b"a")))
    assert record.size == len("xy") + len("name") + len("content-type") + len("a")
    assert cut([record], 500, 4096) == 1
