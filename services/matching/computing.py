"""The long computations of a round, as plain functions of plain values: a process of its own runs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.matching.domain import listing
from services.matching.market import market_of, result_document, snapshot
from services.matching.mechanism import fast

LISTS = ("nodes", "vacancies", "candidates")
TABLES = ("matches", "passed_over", "cutoffs")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """A frozen market: its parts, and the number of its candidates."""

    parts: list[Json]
    candidates: int


@dataclass(frozen=True, slots=True)
class Matched:
    """A result: parts, digest, all cut-offs, and by reference the vacancy and what was passed over."""

    parts: list[Json]
    digest: str
    cutoffs: Json
    matches: dict[str, str]
    passed_over: dict[str, list[Json]]


def freeze(
    nodes: Sequence[Json],
    vacancies: Sequence[Json],
    candidates: Sequence[tuple[str, Sequence[str], Mapping[str, int], int]],
) -> Listing:
    """The market of these parts; a candidate is reference, preferences, tiers (0 if left out), score."""
    people = [
        {
            "id": name,
            "preferences": list(wished),
            "scores": dict.fromkeys(wished, score),
            "tiers": {one: tiers.get(one, 0) for one in wished},
        }
        for name, wished, tiers, score in candidates
    ]
    lists = {"nodes": nodes, "vacancies": vacancies, "candidates": people}
    return Listing(listing.market_parts(lists), len(people))


def name(header: Json, parts: Sequence[Json]) -> str:
    """The snapshot of a listed market."""
    return snapshot({**header, **listing.join(parts, LISTS)})


def match(header: Json, parts: Sequence[Json], draw: Json, frozen: str) -> Matched:
    """The result of a listed market under this draw; ValueError if it is not the market that was frozen."""
    market = market_of({**header, **listing.join(parts, LISTS), "draw": draw})
    if market.snapshot != frozen:
        raise ValueError(
            f"the listed market of {market.round_id} has the snapshot {market.snapshot}, not {frozen}"
        )
    result: Json = dict(result_document(fast.match(market)))
    tables: Mapping[str, Any] = {name: result[name] for name in TABLES}
    return Matched(
        parts=listing.result_parts(tables),
        digest=result["digest"],
        cutoffs=result["cutoffs"],
        matches=result["matches"],
        passed_over=result["passed_over"],
    )
