"""Without caps above vacancies the match is that of the public libraries for hospitals and residents."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from services.matching.market import Market, market_of
from services.matching.mechanism import match
from services.matching.mechanism.fast import match_compiled
from tests.support.peers import Hospitals, by_algmatch, by_matching
from tests.unit.mechanism.oracle import Oracle

SIZES = [(seed, people, vacancies) for seed in range(10) for people, vacancies in ((20, 5), (120, 12))]


@pytest.mark.parametrize(("seed", "people", "vacancies"), [*SIZES, (1, 1000, 50)])
def test_the_match_is_that_of_both_libraries(seed: int, people: int, vacancies: int) -> None:
    market = market_of(_uncapped(Random(seed), people, vacancies))
    given, numbers = _hospitals(market)
    found = match(market).matches
    assert match_compiled(market).matches == found
    ours = {numbers[who]: numbers[vacancy] for who, vacancy in found.items()}
    assert by_matching(given) == ours
    assert by_algmatch(given) == ours


def test_the_markets_are_worth_comparing() -> None:
    found = [match(market_of(_uncapped(Random(seed), 120, 12))) for seed in range(10)]
    assert all(0 < len(result.matches) < 120 for result in found)
    assert all(any(len(steps) > 2 for steps in result.passed_over.values()) for result in found)


def _uncapped(rng: Random, people: int, vacancies: int) -> dict[str, Any]:
    """Vacancies with one opening or more, everyone with a list, each vacancy on somebody's."""
    names = [f"v{i}" for i in range(vacancies)]
    lists = [rng.sample(names, rng.randint(1, 5)) for _ in range(people)]
    for i, name in enumerate(names):
        lists[i] = list(dict.fromkeys([name, *lists[i]]))
    candidates = [
        {"id": f"c{i}", "preferences": row, "scores": {v: rng.randint(0, 9) for v in row}}
        for i, row in enumerate(lists)
    ]
    most = people // vacancies
    openings = [{"id": v, "node": "top", "openings": rng.randint(1, most)} for v in names]
    return {
        "format": "jembatan.market/1",
        "round_id": "r1",
        "nodes": [{"id": "top", "parent": None, "remaining": None}],
        "vacancies": openings,
        "candidates": candidates,
        "draw": {"rho": rng.randbytes(32).hex()},
    }


def _hospitals(market: Market) -> tuple[Hospitals, dict[str, int]]:
    """The market as numbers, each vacancy's applicants in the order of pairs by its definition."""
    oracle = Oracle(market)
    numbers = {v.id: i for i, v in enumerate(market.vacancies)}
    numbers |= {c.id: i for i, c in enumerate(market.candidates)}
    residents = {numbers[c.id]: [numbers[v] for v in c.preferences] for c in market.candidates}
    hospitals = {numbers[v.id]: [numbers[who] for who in _applicants(oracle, v.id)] for v in market.vacancies}
    capacities = {numbers[v.id]: v.openings or 0 for v in market.vacancies}
    return Hospitals(residents, hospitals, capacities), numbers


def _applicants(oracle: Oracle, vacancy: str) -> list[str]:
    wishing = [c.id for c in oracle.market.candidates if vacancy in c.preferences]
    return sorted(wishing, key=lambda who: oracle.key(who, vacancy))
