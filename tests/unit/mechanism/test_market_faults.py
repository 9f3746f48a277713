"""Every fault that a market file can have, each named where it is, and all of them at once."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.market import BadMarket, Market, market_of, read
from tests.unit.mechanism.worlds import document

Document = dict[str, Any]
Change = Callable[[Document], object]

GOOD: Document = {
    "format": "jembatan.market/1",
    "round_id": "r1",
    "nodes": [
        {"id": "ID", "parent": None, "remaining": None},
        {"id": "ID:CA-NB:ISIC4-Q:G2G:1", "parent": "ID", "remaining": 2},
    ],
    "vacancies": [{"id": "v1", "node": "ID:CA-NB:ISIC4-Q:G2G:1", "openings": 1}],
    "candidates": [{"id": "c1", "preferences": ["v1"], "scores": {"v1": 70}, "tiers": {"v1": 0}}],
    "draw": {"rho": "ab" * 32},
}


def _set(*steps: object) -> Change:
    """A change that puts the last step at the place that the others lead to."""
    *path, last, value = steps

    def change(market: Document) -> None:
        place: Any = market
        for step in path:
            place = place[step]
        place[last] = value

    return change


def _drop(*steps: object) -> Change:
    *path, last = steps

    def change(market: Document) -> None:
        place: Any = market
        for step in path:
            place = place[step]
        del place[last]

    return change


def _add(name: str, record: Document) -> Change:
    return lambda market: market[name].append(record)


def _node(name: str, parent: object) -> Document:
    return {"id": name, "parent": parent, "remaining": 1}


C1 = ("candidates", 0)
FAULTS: dict[str, tuple[Change, str]] = {
    "unknown vacancy": (_set(*C1, "preferences", ["v1", "v9"]), '"v9" is an unknown vacancy'),
    "score for an unknown vacancy": (_set(*C1, "scores", "v9", 1), '"v9" is an unknown vacancy'),
    "tier for an unknown vacancy": (_set(*C1, "tiers", "v9", 1), '"v9" is an unknown vacancy'),
    "unknown parent": (_set("nodes", 1, "parent", "IX"), '/nodes/1/parent: "IX" is an unknown node'),
    "unknown node": (_set("vacancies", 0, "node", "IX"), '/vacancies/0/node: "IX" is an unknown node'),
    "vacancy below a vacancy": (_set("vacancies", 0, "node", "v1"), '"v1" is an unknown node'),
    "cycle": (_set("nodes", 0, "parent", "ID:CA-NB:ISIC4-Q:G2G:1"), "nodes form a cycle: "),
    "its own parent": (_set("nodes", 0, "parent", "ID"), 'nodes form a cycle: "ID" -> "ID"'),
    "node twice": (_add("nodes", _node("ID", None)), 'node "ID" is given 2 times'),
    "two parents": (_add("nodes", _node("ID:CA-NB:ISIC4-Q:G2G:1", None)), 'has 2 parents ("ID", null)'),
    "a list of parents": (_set("nodes", 1, "parent", ["ID", "PH"]), '"): must be a string, not ["ID", "PH"]'),
    "vacancy twice": (
        lambda market: market["vacancies"].append({"id": "v1", "node": "ID", "openings": 1}),
        'vacancy "v1" is given 2 times',
    ),
    "candidate twice": (
        _add("candidates", {"id": "c1", "preferences": [], "scores": {}}),
        'candidate "c1" is given 2 times',
    ),
    "one name for node and vacancy": (_add("nodes", _node("v1", "ID")), '"v1" names a node and a vacancy'),
    "negative remaining": (_set("nodes", 0, "remaining", -1), "must not be negative, not -1"),
    "negative openings": (_set("vacancies", 0, "openings", -2), "must not be negative, not -2"),
    "negative score": (_set(*C1, "scores", "v1", -1), '/scores/v1 (candidate "c1"): must not be negative'),
    "negative tier": (_set(*C1, "tiers", "v1", -1), '/tiers/v1 (candidate "c1"): must not be negative'),
    "score with a fraction": (_set(*C1, "scores", "v1", 70.5), "must be a whole number, not 70.5"),
    "score as a float": (_set(*C1, "scores", "v1", 70.0), "must be a whole number, not 70.0"),
    "score true": (_set(*C1, "scores", "v1", True), "must be a whole number, not true"),
    "score as text": (_set(*C1, "scores", "v1", "70"), 'must be a whole number, not "70"'),
    "score null": (_set(*C1, "scores", "v1", None), "must be a whole number, not null"),
    "score beyond exact": (_set(*C1, "scores", "v1", 2**53), "must be at most 9007199254740991"),
    "score beyond 64 bits": (_set(*C1, "scores", "v1", 10**30), "must be at most 9007199254740991"),
    "remaining as a float": (_set("nodes", 0, "remaining", 2.0), "must be a whole number, not 2.0"),
    "openings false": (_set("vacancies", 0, "openings", False), "must be a whole number, not false"),
    "preference without a score": (_set(*C1, "scores", {}), 'prefers "v1" without a score'),
    "preference twice": (_set(*C1, "preferences", ["v1", "v1"]), 'prefers "v1" 2 times'),
    "preferences no list": (_set(*C1, "preferences", "v1"), 'must be a list, not "v1"'),
    "scores no object": (_set(*C1, "scores", [70]), "must be an object, not [70]"),
    "draw missing": (_drop("draw"), "/draw: is missing: give"),
    "rho missing": (_set("draw", {}), "/draw/rho: is missing"),
    "rho in upper case": (_set("draw", "rho", "AB" * 32), "/draw/rho: must be 64 lower-case hex digits"),
    "rho too short": (_set("draw", "rho", "ab" * 31), "must be 64 lower-case hex digits"),
    "rho with a line end": (_set("draw", "rho", "ab" * 32 + "\n"), "must be 64 lower-case hex digits"),
    "rho a number": (_set("draw", "rho", 7), "must be a string, not 7"),
    "signature not hex": (_set("draw", "signature", "xyz"), "must be pairs of lower-case hex digits"),
    "secret not hex": (_set("draw", "secrets", {"id": "1"}), "/draw/secrets/id: must be 64 lower-case hex"),
    "id with a space": (_set(*C1, "id", "c 1"), '/candidates/0/id (candidate "c 1"): must be an id'),
    "id starting with a dot": (_set("nodes", 0, "id", ".ID"), "must be an id: 1 to 64 of"),
    "id too long": (_set("vacancies", 0, "id", "v" * 65), "must be an id: 1 to 64 of"),
    "id with a line end": (_set("round_id", "r1\n"), "must be an id: 1 to 64 of"),
    "id empty": (_set("round_id", ""), "/round_id: must be an id"),
    "id a number": (_set(*C1, "id", 1), "/candidates/0/id: must be a string, not 1"),
    "id not plain letters": (_set(*C1, "id", "é"), "must be an id"),
    "score under a wrong id": (_set(*C1, "scores", "/~", 1), "the key /candidates/0/scores/~1~0"),
    "id missing": (_drop(*C1, "id"), "/candidates/0/id: is missing"),
    "remaining missing": (
        _drop("nodes", 0, "remaining"),
        "is missing: give the seats that are left, or null",
    ),
    "candidate a string": (_set(*C1, "c1"), '/candidates/0: must be an object, not "c1"'),
    "nodes an object": (_set("nodes", {}), "/nodes: must be a list, not {}"),
    "nodes missing": (_drop("nodes"), "/nodes: is missing"),
    "format missing": (_drop("format"), "/format: is missing"),
    "format unknown": (_set("format", "jembatan.market/2"), 'must be "jembatan.market/1"'),
    "unknown field": (_set(*C1, "tier", {}), '/candidates/0/tier (candidate "c1"): is no field'),
    "unknown part": (_set("caps", []), "/caps: is no field of jembatan.market/1"),
    "as_of without offset": (_set("as_of", "2025-07-01T00:00:00"), "must be a time by RFC 3339"),
    "rules no object": (_set("rules", "1.0"), "/rules: must be an object"),
    "rules beyond doubles": (_set("rules", {"n": 2**60}), "/rules: has no canonical form"),
    "lottery with a lone surrogate": (_set("lottery", {"kind": "\ud800"}), "/lottery: has no canonical form"),
}


def _faults(change: Change) -> tuple[str, ...]:
    market = copy.deepcopy(GOOD)
    change(market)
    with pytest.raises(BadMarket) as caught:
        read(json.dumps(market).encode())
    return caught.value.faults


def test_the_good_file_is_good() -> None:
    assert isinstance(read(json.dumps(GOOD).encode()), Market)
    extras = {"rules": {"v": [1, 0.5]}, "as_of": "2025-07-01T00:00:00+02:00", "lottery": {"kind": "drand"}}
    draw = {"rho": "ab" * 32, "signature": "0a", "secrets": {"ID": "cd" * 32}}
    assert isinstance(read(json.dumps({**GOOD, **extras, "draw": draw}).encode()), Market)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named(name: str) -> None:
    change, expected = FAULTS[name]
    assert any(expected in fault for fault in _faults(change)), _faults(change)


def test_a_fault_is_one_sentence_in_plain_characters() -> None:
    for change, _ in FAULTS.values():
        for fault in _faults(change):
            assert fault.isascii() and fault.isprintable() and len(fault) < 320


def test_all_faults_are_named_at_once() -> None:
    separate = ["unknown parent", "node twice", "score with a fraction", "draw missing", "candidate twice"]
    separate += ["negative openings", "preference twice", "format unknown", "one name for node and vacancy"]

    def all_at_once(market: Document) -> None:
        for name in separate:
            FAULTS[name][0](market)

    found = "\n".join(_faults(all_at_once))
    assert [name for name in separate if FAULTS[name][1] not in found] == []
    assert len(_faults(all_at_once)) == len(separate)


def test_each_cycle_is_named_once() -> None:
    rings = [_node("a", "b"), _node("b", "a"), _node("below", "a"), _node("x", "x")]
    found = _faults(lambda market: market["nodes"].extend(rings))
    assert len(found) == 2
    assert '"a" -> "b" -> "a"' in found[0] and '"x" -> "x"' in found[1]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "the file is not JSON"),
        (b"{", "the file is not JSON"),
        (b"{} {}", "the file is not JSON"),
        (b"\xff\xfe{", "the file is not UTF-8 text"),
        (b"[" * 200_000, "nested too deeply"),
        (b"1" * 5000, "the file is not JSON"),
        (b"[]", "the market must be a JSON object, not []"),
        (b"null", "the market must be a JSON object, not null"),
        (b'{"format": "x", "format": "y"}', 'one object has the key "format" 2 times'),
        (b'{"nodes": [{"id": "a", "parent": "b", "parent": "c"}]}', 'id "a" has the key "parent" 2 times'),
        (b'{"candidates": [{"scores": {"v1": NaN}}]}', "NaN is no JSON number"),
        (b'{"rules": {"a": -Infinity}}', "-Infinity is no JSON number"),
        (b'{"rules": {"a": 1e999}}', "/rules: has no canonical form"),
    ],
)
def test_what_is_no_json_object_is_named(raw: bytes, expected: str) -> None:
    with pytest.raises(BadMarket) as caught:
        read(raw)
    assert any(expected in fault for fault in caught.value.faults), caught.value.faults


def test_a_repeated_key_hides_no_other_fault() -> None:
    with pytest.raises(BadMarket) as caught:
        read(b'{"round_id": "r1", "round_id": "r 2", "nodes": 5}')
    found = "\n".join(caught.value.faults)
    assert all(
        part in found for part in ('"round_id" 2 times', "/round_id: must be", "/nodes: must be", "/draw")
    )


_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 0, 2**53, 1.5, "", "v1", "root", "\ud800", [], ["v1", {}], {}, {"v1": []}]
)


@given(st.data())
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_whatever_stands_in_a_file_it_is_read_or_its_faults_are_named(data: st.DataObject) -> None:
    market = document(Random(data.draw(st.integers(0, 20))))
    for _ in range(data.draw(st.integers(1, 3))):
        _scramble(market, data)
    try:
        assert isinstance(market_of(market), Market)
    except BadMarket as error:
        assert error.faults and all(fault.isascii() for fault in error.faults)


@given(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_bytes_that_are_no_market_have_a_fault(raw: bytes) -> None:
    with pytest.raises(BadMarket) as caught:
        read(raw)
    assert caught.value.faults


def _scramble(market: Document, data: st.DataObject) -> None:
    place: Any = market
    while True:
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(_VALUES)
            return
        place = place[key]
