"""The match is feasible, stable, best for candidates, and cannot be gained from by a false list."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from random import Random

import pytest

from services.matching.market import Candidate, Market, Result, market_of, result_json
from services.matching.mechanism import match
from tests.unit.mechanism.oracle import Oracle, faults_of
from tests.unit.mechanism.worlds import VACANCIES, document, markets, with_candidate, with_cap

ALL_LISTS = [row for length in range(len(VACANCIES) + 1) for row in permutations(VACANCIES, length)]


@pytest.fixture(scope="module")
def oracles() -> list[Oracle]:
    return [Oracle(market) for market in markets(600)]


def test_every_small_market_gets_the_stable_match_best_for_candidates(oracles: list[Oracle]) -> None:
    faults = {seed: faults_of(oracle, match(oracle.market)) for seed, oracle in enumerate(oracles)}
    assert {seed: found for seed, found in faults.items() if found} == {}


def test_the_small_markets_are_worth_testing(oracles: list[Oracle]) -> None:
    results = [match(oracle.market) for oracle in oracles]
    assert sum(len(oracle.stable) > 1 for oracle in oracles) >= 40
    assert sum(_bound_above_vacancy(result) for result in results) >= 300
    assert sum(len(result.matches) > 1 for result in results) >= 200


def test_no_false_list_gains_anything() -> None:
    gains = [gain for market in markets(160) for gain in _gains(market)]
    assert gains == []


def test_the_order_in_the_file_makes_no_difference() -> None:
    for seed in range(60):
        given = document(Random(seed), people=6)
        expected = result_json(match(market_of(given)))
        for name in ("nodes", "vacancies", "candidates"):
            Random(seed).shuffle(given[name])
        assert result_json(match(market_of(given))) == expected


def test_one_score_a_candidate_is_serial_dictatorship() -> None:
    for market in (_with_common_scores(market) for market in markets(150, people=6)):
        assert match(market).matches == _serial(Oracle(market))


def test_raising_an_outermost_cap_hurts_nobody() -> None:
    for market in markets(200, people=6):
        for cap in (0, 1, 2, 3, 4):
            less, more = (match(with_cap(market, "root", room)).matches for room in (cap, cap + 1))
            oracle = Oracle(market)
            assert all(oracle.rank(c, more) <= oracle.rank(c, less) for c in oracle.people)


def test_a_higher_score_never_hurts_oneself() -> None:
    for market in markets(120):
        for candidate in market.candidates:
            before, after = match(market).matches, match(with_candidate(market, _raised(candidate))).matches
            oracle = Oracle(market)
            assert oracle.rank(candidate.id, after) <= oracle.rank(candidate.id, before)


def test_more_people_than_brute_force_can_list_still_block_nothing() -> None:
    for market in markets(12, people=40):
        oracle, result = Oracle(market), match(market)
        assert oracle.feasible(result.matches.items())
        assert oracle.blocked(result.matches) == []


def _bound_above_vacancy(result: Result) -> bool:
    return any(step.node not in VACANCIES for steps in result.passed_over.values() for step in steps)


def _gains(market: Market) -> list[str]:
    oracle, honest = Oracle(market), match(market).matches
    lies = ((c, c.model_copy(update={"preferences": row})) for c in market.candidates for row in ALL_LISTS)
    got = ((truth, lie, match(with_candidate(market, lie)).matches) for truth, lie in lies)
    return [f"{lie}" for truth, lie, found in got if _gained(oracle, truth.id, honest, found)]


def _gained(oracle: Oracle, who: str, honest: object, found: object) -> bool:
    assert isinstance(honest, dict) and isinstance(found, dict)
    if found.get(who) not in oracle.people[who].preferences:
        return False
    return oracle.rank(who, found) < oracle.rank(who, honest)


def _with_common_scores(market: Market) -> Market:
    people = (c.model_copy(update={"scores": _flat(c), "tiers": {}}) for c in market.candidates)
    return replace(market, candidates=tuple(people))


def _flat(candidate: Candidate) -> dict[str, int]:
    return dict.fromkeys(VACANCIES, candidate.scores["v1"])


def _serial(oracle: Oracle) -> dict[str, str]:
    taken: dict[str, str] = {}
    for who in sorted(oracle.people, key=lambda c: oracle.key(c, "v1")):
        fits = (v for v in oracle.people[who].preferences if oracle.feasible([*taken.items(), (who, v)]))
        if (vacancy := next(fits, None)) is not None:
            taken[who] = vacancy
    return taken


def _raised(candidate: Candidate) -> Candidate:
    return candidate.model_copy(update={"scores": {v: s + 1 for v, s in candidate.scores.items()}})
