"""Facts on their way from who decided them to who publishes them."""

from __future__ import annotations

from datetime import UTC, datetime

from jembatan.engine.handover import Handover
from jembatan.engine.lane import Row

FACTS = ("partners.facts", 0)
OTHER = ("partners.facts", 1)


def rows(*places: int) -> list[Row]:
    return [Row(place, b"k", b"v", datetime(2025, 1, 1, tzinfo=UTC)) for place in places]


def following(most: int = 100) -> Handover:
    handover = Handover(most)
    handover.follow([FACTS])
    return handover


def test_what_nobody_follows_is_not_kept() -> None:
    handover = following()
    handover.give(OTHER, rows(1))
    assert not handover.has(OTHER, 1)
    assert handover.take(OTHER, 0, 10) == []


def test_facts_are_taken_once_and_dense() -> None:
    handover = following()
    # Two transactions may tell of their commits in the other order.
    handover.give(FACTS, rows(3, 4))
    handover.give(FACTS, rows(1, 2))
    handover.give(FACTS, rows(6))
    assert handover.take(FACTS, 0, 10) == rows(1, 2, 3, 4)
    assert handover.take(FACTS, 0, 10) == []
    assert not handover.has(FACTS, 5)
    assert handover.has(FACTS, 6)


def test_no_more_than_asked_for_and_not_before_the_first_place() -> None:
    handover = following()
    handover.give(FACTS, rows(2, 3, 4))
    assert handover.take(FACTS, 0, 10) == []
    assert handover.take(FACTS, 1, 2) == rows(2, 3)
    assert handover.take(FACTS, 3, 2) == rows(4)


def test_what_was_read_in_the_outbox_meanwhile_is_dropped() -> None:
    handover = following()
    handover.give(FACTS, rows(1, 2, 3))
    assert handover.take(FACTS, 3, 10) == []
    assert not any(handover.has(FACTS, place) for place in (1, 2, 3))


def test_too_many_are_left_to_the_outbox() -> None:
    handover = following(most=3)
    handover.give(FACTS, rows(1, 2))
    handover.give(FACTS, rows(3, 4))
    assert handover.take(FACTS, 0, 10) == []
    handover.give(FACTS, rows(5))
    assert handover.take(FACTS, 4, 10) == rows(5)


def test_a_lane_taken_anew_begins_with_nothing() -> None:
    handover = following()
    handover.give(FACTS, rows(1))
    handover.follow([FACTS])
    assert not handover.has(FACTS, 1)
    handover.give(FACTS, rows(1))
    handover.leave([FACTS])
    assert not handover.has(FACTS, 1)
