"""The canonical forms that are hashed and written: RFC 8785 (JSON Canonicalization Scheme)."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, cast

from pydantic import JsonValue

from services.matching.market.canonical import sha256, with_digest
from services.matching.market.model import RESULT_FORMAT, PassedOver, Result

LISTS = ("nodes", "vacancies", "candidates")


def sorted_market(document: Mapping[str, Any]) -> dict[str, JsonValue]:
    """The market with its nodes, vacancies and candidates in the order of their ids (by code point)."""
    return {name: _by_id(value) if name in LISTS else value for name, value in document.items()}


def snapshot(document: Mapping[str, Any]) -> str:
    """The name of a frozen market: SHA-256 (hex) of the RFC 8785 form of all of it but `draw`.

    Nodes, vacancies and candidates are sorted by id first, so their order in a file does not matter; all
    else counts as it is given, so a `tiers` left out and an empty one are two snapshots. The document
    must be without faults (`market_of`).
    """
    frozen = {name: value for name, value in document.items() if name != "draw"}
    return sha256(sorted_market(frozen))


def result_document(result: Result) -> dict[str, JsonValue]:
    """`jembatan.result/1` as a JSON object, its digest included."""
    document = _undigested(result)
    return {**document, "digest": digest(document)}


def _undigested(result: Result) -> dict[str, JsonValue]:
    return {
        "format": RESULT_FORMAT,
        "round_id": result.round_id,
        "snapshot": result.snapshot,
        "matches": dict(result.matches),
        "passed_over": {who: [_step(step) for step in steps] for who, steps in result.passed_over.items()},
        "cutoffs": {place: last._asdict() for place, last in result.cutoffs.items()},
    }


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the RFC 8785 form of a result without its `digest`."""
    return sha256({name: value for name, value in document.items() if name != "digest"})


def result_json(result: Result) -> bytes:
    """The result file: its RFC 8785 form and a newline, so equal results are equal byte for byte."""
    return with_digest(_undigested(result)) + b"\n"


def _step(passed: PassedOver) -> dict[str, JsonValue]:
    # Millions in a large round, and `_asdict` takes three times as long.
    return {"vacancy": passed.vacancy, "node": passed.node, "before": passed.before}


def _by_id(records: JsonValue) -> JsonValue:
    return [*sorted(cast(list[dict[str, JsonValue]], records), key=itemgetter("id"))]
