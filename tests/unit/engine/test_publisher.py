"""What is sent next, and when a lane must halt."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from jembatan.engine.halts import AHEAD, LOST, OTHER_CLUSTER, OTHERWISE, remedy
from jembatan.engine.lane import Row
from jembatan.engine.publisher import REQUEST_BYTES, LetGo, request
from jembatan.engine.tail import FOREIGN, id_of
from jembatan.engine.wire import sequence_of

ID = UUID(int=1)


def row(place: int, size: int = 10) -> Row:
    return Row(place, b"k", b"v" * size, datetime(2025, 1, 1, tzinfo=UTC))


def places(rows: list[Row]) -> list[int]:
    return [found.place for found in rows]


def test_a_request_is_dense_from_the_end() -> None:
    assert places(request([row(4), row(5), row(6)], 3, alone=False)) == [4, 5, 6]


@pytest.mark.parametrize("rows", [[row(5)], [row(4), row(6)], [row(3), row(4)]])
def test_a_missing_place_lets_the_lane_go(rows: list[Row]) -> None:
    with pytest.raises(LetGo, match="place"):
        request(rows, 3, alone=False)


def test_the_first_record_goes_alone() -> None:
    assert places(request([row(4), row(5)], 3, alone=True)) == [4]


def test_a_request_stays_within_its_size_but_takes_one() -> None:
    large = REQUEST_BYTES - 50
    assert places(request([row(1, large), row(2, large)], 0, alone=False)) == [1]
    assert places(request([row(1, REQUEST_BYTES * 2)], 0, alone=False)) == [1]


def test_a_request_ends_where_sequences_wrap() -> None:
    last = 2**31
    assert sequence_of(last) == last - 1
    assert sequence_of(last + 1) == 0
    assert places(request([row(last), row(last + 1)], last - 1, alone=False)) == [last]


@pytest.mark.parametrize(
    "value", [None, b"", b"\xff", b"{}", b"[1]", b"7", b'{"id": 7}', b'{"id": "x"}', b'{"id": null}']
)
def test_a_record_that_is_no_fact_of_ours_is_foreign(value: bytes | None) -> None:
    assert id_of(value) == FOREIGN


def test_a_facts_id_is_read() -> None:
    assert id_of(b'{"id": "%s"}' % str(ID).encode()) == ID


@pytest.mark.parametrize("code", [AHEAD, LOST, OTHER_CLUSTER])
def test_a_halt_says_which_command_to_run(code: str) -> None:
    assert "`jembatan doctor`" in remedy(f"partners.facts/2: {code}: why")
    assert remedy("something new") == OTHERWISE
