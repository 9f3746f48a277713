"""The long computations of a round, as plain functions of plain values: a process of its own runs them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Listed:
    """The parts of a listing as JSON, numbered from 1, and how many are in them: candidates, or matches."""

    bodies: list[str]
    number: int
    digest: str = ""
    cutoffs: Json = field(default_factory=dict)


def freeze_text(nodes: Sequence[Json], vacancies: Sequence[Json], pages: Sequence[str]) -> Listed:
    """`freeze`, of pages of candidates in JSON: between processes text costs the one that waits least."""
    found = freeze(nodes, vacancies, [one for page in pages for one in json.loads(page)])
    return Listed(_bodies(found.parts), found.candidates)


def name_text(header: Json, bodies: Sequence[str]) -> str:
    """`name`, of parts in JSON."""
    return name(header, [json.loads(body) for body in bodies])


def match_text(header: Json, bodies: Sequence[str], draw: Json, frozen: str) -> Listed:
    """`match`, of parts in JSON."""
    found = match(header, [json.loads(body) for body in bodies], draw, frozen)
    return Listed(_bodies(found.parts), len(found.matches), found.digest, found.cutoffs)


def _bodies(parts: Sequence[Json]) -> list[str]:
    return [json.dumps(part) for part in parts]
