"""The quick canonical form is that of the library, for all that a market or a result can hold."""

from __future__ import annotations

import hashlib
from random import Random
from typing import Any

import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.market import market_of, result_document, result_json, snapshot, sorted_market
from services.matching.market.canonical import canonical
from services.matching.market.model import GREATEST_NUMBER
from services.matching.mechanism import match
from tests.unit.mechanism.worlds import document

IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", fullmatch=True)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-1e300, 1e300)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
FREE = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"])), st.recursive(LEAVES, st.lists), max_size=3
)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 10**6), st.lists(IDS, min_size=4, max_size=4, unique=True), FREE)
def test_a_market_has_the_librarys_form_and_snapshot(
    seed: int, names: list[str], free: dict[str, Any]
) -> None:
    given = {**document(Random(seed)), "rules": free, "lottery": {"kind": "none", **free}}
    for one, name in zip(given["candidates"], names, strict=True):
        one |= {"id": name, "scores": {v: GREATEST_NUMBER - s for v, s in one["scores"].items()}}
    frozen = {name: value for name, value in sorted_market(given).items() if name != "draw"}
    assert canonical(given) == rfc8785.dumps(given)
    assert market_of(given).snapshot == snapshot(given) == hashlib.sha256(rfc8785.dumps(frozen)).hexdigest()


def test_a_time_in_other_digits_than_ascii_has_the_librarys_form() -> None:
    given = {**document(Random(1)), "as_of": "٢٠٢٥-07-01T00:00:00Z"}
    assert canonical(given) == rfc8785.dumps(given)


def test_a_result_has_the_librarys_form_and_digest() -> None:
    for seed in range(50):
        result = match(market_of(document(Random(seed), people=9)))
        whole = result_document(result)
        bare = {name: value for name, value in whole.items() if name != "digest"}
        assert whole["digest"] == hashlib.sha256(rfc8785.dumps(bare)).hexdigest()
        assert result_json(result) == rfc8785.dumps(whole) + b"\n"
