"""Caps: which cover a partnership and when, what is held under them, the tree of a market."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from jembatan.contracts.deciding import Decided
from jembatan.contracts.partners import CapState
from services.matching.domain import caps
from services.matching.domain.world import Tally, World
from tests.unit.matching.made import CLOSES, NB, NS, cap, told

DAY = timedelta(days=1)
OTHER = "ID:CA-NB:ISIC4-Q:G2G:2"


def test_every_scope_over_a_partnership_is_named_once() -> None:
    scopes = list(caps.scopes_over(NB))
    assert len(scopes) == len(set(scopes)) == 32
    assert {"any", "ID", "ID:CA-NB", "any:CA-NB", "any:any:ISIC4-Q", "ID:any:any:G2G", NB} <= set(scopes)
    assert not any(scope.endswith(":any") for scope in scopes)


@pytest.mark.parametrize(
    ("node", "under"),
    [("ID", True), ("ID:CA-NB", True), ("any:CA-NB", True), ("ID:any:ISIC4-Q", True), (NB, True),
     ("PH", False), ("ID:CA", False), ("any:CA-NS", False), (OTHER, False), ("any", True)],
)  # fmt: skip
def test_a_cap_covers_what_its_scope_names(node: str, under: bool) -> None:
    made = cap(node, 1)
    assert caps.covers(made, NB) is under
    assert (made.node in caps.scopes_over(NB)) is under


@pytest.mark.parametrize(
    ("at", "counted"),
    [(datetime(2026, 1, 1, tzinfo=UTC) - timedelta(microseconds=1), False),
     (datetime(2026, 1, 1, tzinfo=UTC), True),
     (datetime(2027, 1, 1, tzinfo=UTC) - timedelta(microseconds=1), True),
     (datetime(2027, 1, 1, tzinfo=UTC), False)],
)  # fmt: skip
def test_a_seat_counts_in_the_period_that_holds_its_closing(at: datetime, counted: bool) -> None:
    assert caps.counts(cap(NB, 1, date(2026, 1, 1), date(2027, 1, 1)), at) is counted


def test_a_cap_without_a_period_always_counts() -> None:
    assert caps.counts(cap(NB, 1), CLOSES)


def test_held_sums_rounds_of_the_period_under_the_scope() -> None:
    tallies = {
        ("r1", NB): Tally(CLOSES, 3),
        ("r2", NB): Tally(CLOSES - 365 * DAY, 5),
        ("r1", NS): Tally(CLOSES, 7),
    }
    year = date(2026, 1, 1), date(2027, 1, 1)
    assert caps.held(cap(NB, 9, *year), tallies) == 3
    assert caps.held(cap("ID", 9, *year), tallies) == 10
    assert caps.held(cap("ID", 9), tallies) == 15


@pytest.mark.parametrize(
    ("most", "seats", "left", "over"),
    [(5, 3, 2, False), (5, 5, 0, False), (5, 6, 0, True), (0, 0, 0, False), (None, 9, None, False)],
)
def test_remaining_is_never_below_nothing(most: int | None, seats: int, left: int | None, over: bool) -> None:
    told = caps.usage(cap(NB, most), seats)
    assert (told.remaining, told.over_cap, told.held, told.cap) == (left, over, seats, most)


def test_usage_is_told_when_it_differs_and_only_then() -> None:
    world = World(tallies={("r1", NB): Tally(CLOSES, 3)})
    lowered = cap(NB, 2)
    first = told(Decided(caps.usage_facts(world, (lowered,), {})))
    assert first.state.over_cap and first.state.remaining == 0
    world.put_usage(first.state)
    assert caps.usage_facts(world, (lowered,), {}) == ()
    given_back = {("r1", NB): Tally(CLOSES, -1)}
    assert told(Decided(caps.usage_facts(world, (lowered,), given_back))).changed == ("held", "over_cap")


def shape(
    partnerships: tuple[str, ...], over: tuple[CapState, ...]
) -> dict[str, tuple[str | None, int | None]]:
    tallies = {("r0", NB): Tally(CLOSES, 1), ("r0", NS): Tally(CLOSES, 2)}
    nodes = caps.tree(partnerships, over, CLOSES, tallies)
    assert [node.id for node in nodes] == sorted(node.id for node in nodes)
    return {node.id: (node.parent, node.remaining) for node in nodes}


def test_the_tree_holds_partnerships_and_caps_with_a_number() -> None:
    over = (cap("ID", 10), cap("ID:CA-NB", 4), cap(NB, 2), cap("ID:CA-NS", None))
    assert shape((NB, NS), over) == {
        "ID": (None, 7), "ID:CA-NB": ("ID", 3), NB: ("ID:CA-NB", 1), NS: ("ID", None),
    }  # fmt: skip


def test_a_partnership_without_caps_stands_alone() -> None:
    assert shape((NB,), ()) == {NB: (None, None)}


def test_a_period_that_is_over_has_no_node() -> None:
    assert shape((NB,), (cap(NB, 2, date(2025, 1, 1), date(2026, 1, 1)),)) == {NB: (None, None)}


def test_caps_across_origins_have_their_place_in_the_tree() -> None:
    assert shape((NB,), (cap("any:CA-NB", 5), cap("ID:CA-NB", 9))) == {
        NB: ("ID:CA-NB", None), "ID:CA-NB": ("any:CA-NB", 8), "any:CA-NB": (None, 4),
    }  # fmt: skip


def test_caps_that_cross_are_named() -> None:
    with pytest.raises(caps.NotLaminar, match=r"ID:any:ISIC4-Q.*any:CA-NB|any:CA-NB.*ID:any:ISIC4-Q"):
        shape((NB,), (cap("any:CA-NB", 5), cap("ID:any:ISIC4-Q", 9)))


def test_caps_that_cross_over_different_partnerships_are_named() -> None:
    over = (cap("ID", 9), cap("ID:CA-NB", 5), cap("any:any:ISIC4-A", 4))
    with pytest.raises(caps.NotLaminar):
        shape((NB, NS), over)
