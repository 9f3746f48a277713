"""Markets at the edge: no room, no limits, nobody, nothing wished, everybody equal, very deep, very full."""

from __future__ import annotations

from typing import Any

from services.matching.market import Market, PassedOver, Result, market_of
from services.matching.mechanism import match
from tests.unit.mechanism.oracle import Oracle, faults_of

Rows = list[dict[str, Any]]


def _market(nodes: Rows, vacancies: Rows, candidates: Rows) -> Market:
    parts = {"nodes": nodes, "vacancies": vacancies, "candidates": candidates}
    return market_of({"format": "jembatan.market/1", "round_id": "r1", **parts, "draw": {"rho": "ab" * 32}})


def _node(name: str, parent: str | None, remaining: int | None) -> dict[str, Any]:
    return {"id": name, "parent": parent, "remaining": remaining}


def _vacancy(name: str, node: str, openings: int | None) -> dict[str, Any]:
    return {"id": name, "node": node, "openings": openings}


def _candidate(name: str, scores: dict[str, int]) -> dict[str, Any]:
    return {"id": name, "preferences": list(scores), "scores": scores}


def _checked(market: Market) -> Result:
    result = match(market)
    assert faults_of(Oracle(market), result) == []
    return result


def test_a_cap_of_nothing_gives_nobody_a_seat_and_says_where() -> None:
    people = [_candidate("c1", {"v1": 9}), _candidate("c2", {"v1": 8})]
    result = _checked(_market([_node("top", None, 0)], [_vacancy("v1", "top", 3)], people))
    assert result.matches == {} and result.cutoffs == {}
    assert result.passed_over == {c: (PassedOver("v1", "top", None),) for c in ("c1", "c2")}


def test_no_openings_are_the_lowest_full_place() -> None:
    tree = [_node("top", None, 0)], [_vacancy("v1", "top", 0)]
    result = _checked(_market(*tree, [_candidate("c1", {"v1": 9})]))
    assert result.passed_over == {"c1": (PassedOver("v1", "v1", None),)}


def test_without_any_limit_everyone_gets_their_first_wish() -> None:
    people = [_candidate(f"c{i}", {"v1": i, "v2": i}) for i in range(5)]
    tree = [_node("top", None, None)], [_vacancy("v1", "top", None), _vacancy("v2", "top", None)]
    result = _checked(_market(*tree, people))
    assert result.matches == {f"c{i}": "v1" for i in range(5)}
    assert result.passed_over == {} and result.cutoffs == {}


def test_openings_without_number_stop_at_the_cap_above() -> None:
    people = [_candidate(f"c{i}", {"v1": i}) for i in range(5)]
    result = _checked(_market([_node("top", None, 2)], [_vacancy("v1", "top", None)], people))
    assert sorted(result.matches) == ["c3", "c4"]
    assert result.cutoffs["top"].candidate == "c3"


def test_an_empty_list_is_neither_matched_nor_passed_over() -> None:
    people = [_candidate("c1", {}), _candidate("c2", {"v1": 0})]
    result = _checked(_market([_node("top", None, 1)], [_vacancy("v1", "top", 1)], people))
    assert result.matches == {"c2": "v1"} and result.passed_over == {}


def test_a_market_of_nothing_has_an_empty_result() -> None:
    result = _checked(_market([], [], []))
    assert (result.matches, result.passed_over, result.cutoffs) == ({}, {}, {})


def test_among_equals_the_smallest_tickets_get_the_seats() -> None:
    market = _market(
        [_node("top", None, None)],
        [_vacancy("v1", "top", 3)],
        [_candidate(f"c{i}", {"v1": 50}) for i in range(7)],
    )
    tickets = Oracle(market).tickets
    winners = sorted(tickets, key=tickets.__getitem__)[:3]
    result = _checked(market)
    assert sorted(result.matches) == sorted(winners)
    assert result.cutoffs["v1"].candidate == winners[-1]


def test_ones_own_lower_wish_can_be_what_stands_before() -> None:
    people = [_candidate("c1", {"v1": 50, "v2": 70}), _candidate("c2", {"v1": 60})]
    tree = [_node("top", None, 1)], [_vacancy("v1", "top", 1), _vacancy("v2", "top", 1)]
    result = _checked(_market(*tree, people))
    assert result.matches == {"c1": "v2"}
    assert result.passed_over == {
        "c1": (PassedOver("v1", "top", "c1"),),
        "c2": (PassedOver("v1", "top", "c1"),),
    }


def test_raising_an_inner_cap_can_hurt_somebody() -> None:
    people = [_candidate("c1", {"v1": 90}), _candidate("c2", {"v1": 80}), _candidate("c3", {"v2": 70})]
    fewer, more = (
        match(
            _market([_node("top", None, 2)], [_vacancy("v1", "top", n), _vacancy("v2", "top", 1)], people)
        ).matches
        for n in (1, 2)
    )
    assert fewer == {"c1": "v1", "c3": "v2"}
    assert more == {"c1": "v1", "c2": "v1"}


def test_trees_beside_each_other_do_not_mix() -> None:
    nodes = [_node("ID", None, 0), _node("PH", None, 1)]
    vacancies = [_vacancy("v1", "ID", 1), _vacancy("v2", "PH", 1)]
    result = _checked(_market(nodes, vacancies, [_candidate("c1", {"v1": 1, "v2": 1})]))
    assert result.matches == {"c1": "v2"}


def test_a_tree_deeper_than_any_call_stack() -> None:
    depth = 5000
    nodes = [_node(f"n{i}", f"n{i - 1}" if i else None, 2 if i == 0 else None) for i in range(depth)]
    people = [_candidate(f"c{i}", {"v1": i}) for i in range(4)]
    result = match(_market(nodes, [_vacancy("v1", f"n{depth - 1}", 3)], people))
    assert sorted(result.matches) == ["c2", "c3"]


def test_a_chain_of_displacements_longer_than_any_call_stack() -> None:
    length = 3000
    people = [_candidate(f"c{i}", {f"v{i}": 1, f"v{i + 1}": 2}) for i in range(length)]
    people.append(_candidate("newcomer", {"v0": 3}))
    vacancies = [_vacancy(f"v{i}", "top", 1) for i in range(length + 1)]
    result = match(_market([_node("top", None, None)], vacancies, people))
    assert result.matches == {"newcomer": "v0"} | {f"c{i}": f"v{i + 1}" for i in range(length)}
