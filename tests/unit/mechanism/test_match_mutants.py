"""Each way to get the mechanism wrong is noticed by the properties that the right one has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from services.matching.market import Market
from services.matching.mechanism import match, matching, seats
from services.matching.mechanism.order import Pair, PairOf, pairs
from services.matching.mechanism.seats import Seats
from services.matching.mechanism.tree import Path, lowest_full
from tests.unit.mechanism.oracle import Oracle, failing
from tests.unit.mechanism.worlds import markets

Patch = Callable[[pytest.MonkeyPatch], None]
Places = Mapping[str, int]


@pytest.fixture(scope="module")
def oracles() -> list[Oracle]:
    return [Oracle(market) for market in markets(150)]


def _highest_full(path: Path, inside: Places, room: Places) -> str | None:
    return lowest_full(path[::-1], inside, room)


def _lowest_place_only(path: Path, inside: Places, room: Places) -> str | None:
    return lowest_full(path[:1], inside, room)


def _one_seat_too_many(path: Path, inside: Places, room: Places) -> str | None:
    return lowest_full(path, inside, {place: cap + 1 for place, cap in room.items()})


def _first_come(held: Seats, newcomer: Pair) -> tuple[bool, Pair | None]:
    taken = held.full_above(newcomer.vacancy) is None
    if taken:
        held.hold(newcomer)
    return taken, None


_ask = matching._ask


def _displaced_forgotten(held: Seats, newcomer: Pair) -> tuple[bool, Pair | None]:
    return _ask(held, newcomer)[0], None


def _seat_not_given_back(held: Seats, pair: Pair) -> None:
    del held.held[pair.candidate]


def _reordered(turn: Callable[[Pair], Pair]) -> Callable[[Market, dict[str, str]], PairOf]:
    def mutant(market: Market, tickets: dict[str, str]) -> PairOf:
        right = pairs(market, tickets)
        return lambda candidate, vacancy: turn(right(candidate, vacancy))

    return mutant


def _last_inside_is_first(held: Seats, place: str) -> Pair | None:
    inside = [pair for pair in held.held.values() if place in held._tree.paths[pair.vacancy]]
    return max(inside, default=None)


MUTANTS: dict[str, Patch] = {
    "highest_full_node": lambda m: m.setattr(seats, "lowest_full", _highest_full),
    "caps_above_the_lowest_ignored": lambda m: m.setattr(seats, "lowest_full", _lowest_place_only),
    "one_seat_too_many": lambda m: m.setattr(seats, "lowest_full", _one_seat_too_many),
    "first_come_first_served": lambda m: m.setattr(matching, "_ask", _first_come),
    "displaced_never_asks_again": lambda m: m.setattr(matching, "_ask", _displaced_forgotten),
    "seat_not_given_back": lambda m: m.setattr(Seats, "drop", _seat_not_given_back),
    "first_inside_gives_way": lambda m: m.setattr(Seats, "last_inside", _last_inside_is_first),
    "greater_ticket_first": lambda m: m.setattr(
        matching, "pairs", _reordered(lambda pair: pair._replace(luck=-pair.luck))
    ),
    "tier_ignored": lambda m: m.setattr(matching, "pairs", _reordered(lambda pair: pair._replace(tier=0))),
    "score_ignored": lambda m: m.setattr(matching, "pairs", _reordered(lambda pair: pair._replace(score=0))),
    "score_before_tier": lambda m: m.setattr(
        matching, "pairs", _reordered(lambda pair: pair._replace(tier=pair.score, score=pair.tier))
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_wrong_mechanism_is_noticed(
    mutant: str, oracles: list[Oracle], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert failing(oracles[:30], match) == []
    MUTANTS[mutant](monkeypatch)
    assert failing(oracles, match) != []


def test_the_highest_full_node_breaks_a_cap(oracles: list[Oracle], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats, "lowest_full", _highest_full)
    assert "a cap is exceeded" in failing(oracles, match)
