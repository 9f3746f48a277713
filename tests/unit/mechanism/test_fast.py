"""The compiled match gives the reference's result, byte for byte, on markets of every shape."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching import mechanism
from services.matching.market import Market, market_of, result_json
from services.matching.market.model import GREATEST_NUMBER
from services.matching.mechanism import fast
from services.matching.mechanism.fast.jit import compiled
from services.matching.mechanism.fast.solving import at_or_above
from tests.unit.mechanism.worlds import crowded, document, forest, markets

Document = dict[str, Any]


def test_small_markets_with_ties_and_caps_at_every_level() -> None:
    for market in markets(300):
        _agree(market)


@pytest.mark.parametrize("seed", range(12))
def test_more_people_than_seats_under_any_tree(seed: int) -> None:
    _agree(market_of(forest(Random(seed), people=600)))


def test_caps_that_become_full_and_open_again() -> None:
    for seed in range(30):
        _agree(market_of(crowded(Random(seed))))


@settings(deadline=None, max_examples=60)
@given(st.randoms(use_true_random=False), st.integers(0, 40))
def test_any_tree_any_lists(rng: Random, people: int) -> None:
    _agree(market_of(forest(rng, people)))


def test_nobody_and_nothing() -> None:
    empty: Document = {"nodes": [], "vacancies": [], "candidates": []}
    _agree(market_of({**document(Random(0)), **empty}))
    _agree(market_of({**document(Random(0)), "candidates": []}))


@pytest.mark.parametrize("far", [("scores",), ("tiers",), ("scores", "tiers")])
def test_scores_and_tiers_at_the_greatest_number(far: tuple[str, ...]) -> None:
    for seed in range(40):
        given = document(Random(seed), people=12)
        for one in given["candidates"]:
            one |= {name: {v: _far(n) for v, n in one[name].items()} for name in far}
        _agree(market_of(given))


def test_a_tree_deeper_than_any_call_stack() -> None:
    given = document(Random(7), people=30)
    chain = [
        {"id": f"n{i}", "parent": f"n{i - 1}" if i else None, "remaining": 9 - i % 3} for i in range(3000)
    ]
    given["nodes"] = chain
    given["vacancies"] = [{**v, "node": "n2999"} for v in given["vacancies"]]
    _agree(market_of(given))


def test_a_chain_of_displacements_longer_than_any_call_stack() -> None:
    length, vacancy = 3000, {"node": "p1", "openings": 1}
    given = document(Random(1))
    given["nodes"] = [{"id": "p1", "parent": None, "remaining": None}]
    given["vacancies"] = [{"id": f"v{i}", **vacancy} for i in range(length + 1)]
    people = [_wishing(f"c{i}", {f"v{i}": 1, f"v{i + 1}": 2}) for i in range(length)]
    given["candidates"] = [*people, _wishing("newcomer", {"v0": 3})]
    _agree(market_of(given))


def test_who_comes_large_is_compiled_and_who_comes_small_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    market = market_of(document(Random(3)))
    compiled: list[Market] = []
    monkeypatch.setattr(fast, "match_compiled", compiled.append)
    assert fast.match(market) == mechanism.match(market) and compiled == []
    monkeypatch.setattr(fast, "LARGE", len(market.candidates))
    fast.match(market)
    assert compiled == [market]


def test_without_numba_the_reference_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    market = market_of(document(Random(3)))
    monkeypatch.setattr(fast, "LARGE", 0)
    monkeypatch.setattr(fast, "find_spec", lambda name: None)
    monkeypatch.setattr(fast, "match_compiled", None)
    assert fast.match(market) == mechanism.match(market)


def test_what_cannot_be_kept_on_disk_is_compiled_all_the_same() -> None:
    module: dict[str, Any] = {}
    exec("def twice(number):\n    return 2 * number", module)
    twice = compiled(module["twice"])
    assert twice(21) == 42 and hasattr(twice, "py_func")


def test_the_lowest_marked_place_on_a_path() -> None:
    parent, marked = np.array([2, 3, 3, 4, -1, -1]), np.array([False, True, False, False, True, False])
    assert at_or_above(parent, marked).tolist() == [4, 1, 4, 4, 4, -1]


def _agree(market: Market) -> None:
    assert result_json(fast.match_compiled(market)) == result_json(mechanism.match(market))


def _far(number: int) -> int:
    return GREATEST_NUMBER - number


def _wishing(name: str, scores: dict[str, int]) -> Document:
    return {"id": name, "preferences": list(scores), "scores": scores}
