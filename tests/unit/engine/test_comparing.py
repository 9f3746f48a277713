"""What lies in a lane against what was decided: whether it halts, and whose doing it is said to be."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from jembatan.engine.comparing import differing, halt, verdict
from jembatan.engine.halts import AHEAD, LOST, OLDER, STRANGER
from jembatan.engine.lane import Progress, Row
from jembatan.engine.tail import FOREIGN, End, Lying

ID, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("end", "progress", "expected", "halts"),
    [
        (End(5, ID), Progress(head=9, acknowledged=5, pruned=0), ID, None),
        (End(7, ID), Progress(head=9, acknowledged=5, pruned=0), ID, None),
        (End(0, None), Progress(head=0, acknowledged=0, pruned=0), None, None),
        (End(5, None), Progress(head=9, acknowledged=5, pruned=5), None, None),
        (End(10, ID), Progress(head=9, acknowledged=5, pruned=0), None, AHEAD),
        (End(5, OTHER), Progress(head=9, acknowledged=5, pruned=0), ID, AHEAD),
        (End(6, FOREIGN), Progress(head=9, acknowledged=5, pruned=0), ID, AHEAD),
        (End(4, ID), Progress(head=9, acknowledged=5, pruned=0), ID, LOST),
        (End(4, ID), Progress(head=9, acknowledged=0, pruned=5), ID, LOST),
    ],
)
def test_a_lane_halts_when_kafka_and_postgresql_disagree(
    end: End, progress: Progress, expected: UUID | None, halts: str | None
) -> None:
    why = verdict(end, progress, expected)
    assert (why or "").partition(":")[0] == (halts or "")


ROWS = {place: Row(place, b"k", b"%d" % place, datetime(2026, 1, 1, tzinfo=UTC)) for place in (1, 2)}


def lying(*values: bytes | None) -> list[Lying]:
    """Records from place 1 on; None is a stranger's."""
    return [
        Lying(place, UUID(int=place) if value else FOREIGN, value or b"?")
        for place, value in enumerate(values, 1)
    ]


@pytest.mark.parametrize(
    ("there", "code"),
    [
        (lying(b"1", b"2"), None),
        (lying(b"1", b"other"), OLDER),
        (lying(b"1", b"2", b"3"), OLDER),
        (lying(None, b"1"), STRANGER),
        (lying(b"1", b"2", None), STRANGER),
    ],
)
def test_the_first_record_that_differs_tells_whose_it_is(there: list[Lying], code: str | None) -> None:
    found = differing(there, ROWS)
    assert found is None if code is None else code in str(found)


def test_behind_a_strangers_record_ours_does_not_make_postgresql_older() -> None:
    assert halt(f"{OLDER}: another id", f"{STRANGER}: place 1") == f"{STRANGER}: place 1"
    assert halt(f"{OLDER}: another id", f"{OLDER}: place 1") == f"{OLDER}: another id"
    assert halt(f"{STRANGER}: at the end", f"{OLDER}: place 1") == f"{OLDER}: place 1"
    assert halt(f"{LOST}: gone", None) == f"{LOST}: gone"
    assert halt(None, f"{OLDER}: place 1") == f"{OLDER}: place 1"
    assert halt(None, None) is None
