"""`verify` finds whatever was changed in a market or a result, and says the first difference plainly."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from services.matching import lottery
from services.matching.market import digest, market_of, result_document, snapshot
from services.matching.mechanism import match
from services.matching.mechanism.order import tickets
from services.matching.verifying import Verdict, verify
from services.matching.verifying.blocking import objections
from tests.unit.mechanism.oracle import Oracle
from tests.unit.mechanism.test_match_file import MARKET, RESULT
from tests.unit.mechanism.worlds import document, markets

Document = dict[str, Any]
Change = Callable[[Document], object]
SECRETS = {"ca-nb": "01" * 32, "id": "02" * 32}


@pytest.fixture
def market() -> Document:
    """The golden market, drawn by two committers."""
    given: Document = json.loads(MARKET.read_text())
    committed = {who: lottery.commitment(bytes.fromhex(secret)) for who, secret in SECRETS.items()}
    given["lottery"] = {"kind": "commit-reveal", "commitments": committed}
    given["draw"] = {"secrets": dict(SECRETS), "rho": _rho(given)}
    return given


def test_the_right_result_is_verified(market: Document) -> None:
    verdict = _verified(market, _result(market))
    assert verdict.difference is None and verdict.notes == ()
    names = "round snapshot draw tickets matches passed_over cutoffs stability digest"
    assert [check.name for check in verdict.checks] == names.split()


def test_every_result_of_the_mechanism_is_verified() -> None:
    for seed in range(200):
        given = document(Random(seed))
        assert _verified(given, _result(given)).difference is None


TAMPERED: dict[str, tuple[str, Change, str]] = {
    "another round": ("round", lambda r: r.update(round_id="nb-2025-2"), "the round is nb-2025-2"),
    "another snapshot": ("snapshot", lambda r: r.update(snapshot="0" * 64), f"the snapshot is {'0' * 64}"),
    "another vacancy": (
        "matches",
        lambda r: r["matches"].update(c1="v1"),
        "candidate c1: the file says v1; computed anew it is v2",
    ),
    "a match taken away": (
        "matches",
        lambda r: r["matches"].pop("c2"),
        "candidate c2: the file says no vacancy; computed anew it is v1",
    ),
    "a match too many": (
        "matches",
        lambda r: r["matches"].update(c5="v2"),
        "candidate c5: the file says v2; computed anew it is no vacancy",
    ),
    "a stranger matched": ("matches", lambda r: r["matches"].update(x="v1"), "candidate x: the file says v1"),
    "a reason taken away": (
        "passed_over",
        lambda r: r["passed_over"].pop("c5"),
        "candidate c5, preference 1: the file says nothing; computed anew: v2 was not granted because "
        "ID:CA-NB:ISIC4-Q:G2G:1 is full and c1 stands last there",
    ),
    "a reason too many": (
        "passed_over",
        lambda r: r["passed_over"]["c1"].append({"vacancy": "v2", "node": "v2", "before": None}),
        "candidate c1, preference 2: the file says v2 was not granted because v2 is full and it has no room",
    ),
    "another node": (
        "passed_over",
        lambda r: r["passed_over"]["c3"][1].update(node="ID"),
        "candidate c3, preference 2: the file says v1 was not granted because ID is full and c2 stands last",
    ),
    "another before": (
        "passed_over",
        lambda r: r["passed_over"]["c5"][0].update(before="c2"),
        "candidate c5, preference 1: the file says v2 was not granted",
    ),
    "another score": (
        "cutoffs",
        lambda r: r["cutoffs"]["v1"].update(score=41),
        "cut-off of v1: the file says c2 at v1 (tier 1, score 41, ticket ",
    ),
    "a cut-off taken away": (
        "cutoffs",
        lambda r: r["cutoffs"].pop("v1"),
        "cut-off of v1: the file says none",
    ),
    "a cut-off too many": (
        "cutoffs",
        lambda r: r["cutoffs"].update(ID=r["cutoffs"]["v1"]),
        "cut-off of ID: the file says c2 at v1",
    ),
    "another ticket": (
        "tickets",
        lambda r: r["cutoffs"]["v1"].update(ticket="0" * 64),
        f"the file says the ticket of c2 is {'0' * 64}",
    ),
    "a ticket of nobody": (
        "tickets",
        lambda r: r["cutoffs"]["v1"].update(candidate="x"),
        "the file has a ticket of x, who is no candidate",
    ),
    "another digest": ("digest", lambda r: r.update(digest="0" * 64), f"the digest is {'0' * 64}"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_changed_result_is_found(market: Document, name: str) -> None:
    place, change, sentence = TAMPERED[name]
    result = _result(market)
    change(result)
    if place != "digest":
        result["digest"] = digest(result)
    verdict = _verified(market, result)
    assert verdict.difference is not None and sentence in verdict.difference
    assert verdict.difference == next(c.difference for c in verdict.checks if c.name == place)


CHANGES: dict[str, tuple[Change, str]] = {
    "a list": (lambda m: m["candidates"][1]["preferences"].reverse(), "the snapshot is"),
    "a score": (lambda m: m["candidates"][1]["scores"].update(v1=71), "the snapshot is"),
    "a tier": (lambda m: m["candidates"][0].update(tiers={}), "the snapshot is"),
    "a cap": (lambda m: m["nodes"][0].update(remaining=3), "the snapshot is"),
    "a rule": (lambda m: m["rules"].update(points="2025.2"), "the snapshot is"),
    "a candidate left out": (lambda m: m["candidates"].pop(), "the snapshot is"),
    "a commitment": (lambda m: m["lottery"]["commitments"].update(id="0" * 64), "the snapshot is"),
    "rho": (
        lambda m: m["draw"].update(rho="0" * 64),
        f"rho is {'0' * 64}; the secrets and the snapshot give",
    ),
    "a secret": (lambda m: m["draw"]["secrets"].update(id="03" * 32), "the secret of id is not the one"),
    "a secret left out": (lambda m: m["draw"]["secrets"].pop("id"), "id committed to a secret that the draw"),
    "a secret too many": (lambda m: m["draw"]["secrets"].update(x="03" * 32), "x shows a secret and did not"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_market_changed_after_the_result_is_found(market: Document, name: str) -> None:
    result = _result(market)
    changed = copy.deepcopy(market)
    CHANGES[name][0](changed)
    difference = _verified(changed, result).difference
    assert difference is not None and CHANGES[name][1] in difference


def test_the_order_in_the_market_file_is_no_difference(market: Document) -> None:
    result = _result(market)
    for name in ("nodes", "vacancies", "candidates"):
        market[name].reverse()
    assert _verified(market, result).difference is None


def test_what_the_files_cannot_tell_is_noted(market: Document) -> None:
    del market["draw"]["secrets"]
    assert _verified(market, _result(market)).notes == (
        "The market names no secrets: rho is taken as given.",
    )
    market["draw"]["signature"] = "ab"
    assert "The beacon's signature is not checked" in _verified(market, _result(market)).notes[0]
    market["lottery"]["commitments"] = {}
    market["draw"] = {"secrets": SECRETS, "rho": _rho(market)}
    assert "names no commitments" in _verified(market, _result(market)).notes[0]


def test_who_may_object_is_who_blocks_by_definition() -> None:
    """Random matches, most of them wrong, against the brute-force definition."""
    rng, found = Random(1), 0
    for market in markets(300):
        oracle = Oracle(market)
        wishes = {c.id: rng.choice([None, *c.preferences]) for c in market.candidates}
        given = {who: vacancy for who, vacancy in wishes.items() if vacancy}
        said = list(objections(market, given, tickets(market)))
        overfull = [line for line in said if " holds " in line and " has room for " in line]
        assert bool(overfull) == (not oracle.feasible(given.items()))
        if not overfull:
            pairs = {(line.split()[0], line.split()[4]) for line in said}
            assert pairs == set(oracle.blocked(given)) and len(said) == len(pairs)
            found += len(pairs)
    assert found > 100


def test_an_unlisted_vacancy_and_a_stranger_are_objected_to() -> None:
    market = market_of(json.loads(MARKET.read_text()))
    said = list(objections(market, {"c2": "v2", "x": "v1"}, tickets(market)))
    assert said[:2] == [
        "c2 is given v2, which is not on their list",
        "x is given v1, and is no candidate of this market",
    ]


def test_the_golden_result_is_verified_by_its_file() -> None:
    assert _verified(json.loads(MARKET.read_text()), json.loads(RESULT)).difference is None


def _rho(market: Document) -> str:
    secrets = {who: bytes.fromhex(secret) for who, secret in SECRETS.items()}
    return lottery.rho(secrets, snapshot(market))


def _result(market: Document) -> Document:
    return dict(result_document(match(market_of(market))))


def _verified(market: Document, result: Document) -> Verdict:
    return verify(market, market_of(market), result)
