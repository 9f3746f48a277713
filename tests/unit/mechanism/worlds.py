"""Small markets at random, from a seed: few people, fewer seats, many ties, caps at every level."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from services.matching.market import Candidate, Market, market_of

VACANCIES = ("v1", "v2", "v3")
PARENTS = {"root": None, "sector": "root", "p1": "sector", "p2": "root"}

Document = dict[str, Any]


def document(rng: Random, people: int = 4) -> Document:
    """A market document: 3 vacancies below 2 partnerships, one of them a level deeper, below one root."""
    nodes = [{"id": n, "parent": p, "remaining": _cap(rng, 3)} for n, p in PARENTS.items()]
    vacancies = [{"id": v, "node": rng.choice(("p1", "p2")), "openings": _cap(rng, 2)} for v in VACANCIES]
    candidates = [_candidate(rng, f"c{i}") for i in range(people)]
    return {
        "format": "jembatan.market/1",
        "round_id": "r1",
        "nodes": nodes,
        "vacancies": vacancies,
        "candidates": candidates,
        "draw": {"rho": rng.randbytes(32).hex()},
    }


def markets(count: int, people: int = 4) -> list[Market]:
    """The same markets each time, so that a failure can be looked at again."""
    return [market_of(document(Random(seed), people)) for seed in range(count)]


def with_candidate(market: Market, changed: Candidate) -> Market:
    """The market with one candidate changed, and every ticket as it was."""
    return replace(market, candidates=tuple(changed if c.id == changed.id else c for c in market.candidates))


def with_cap(market: Market, node: str, remaining: int | None) -> Market:
    """The market with one node's cap changed, and every ticket as it was."""
    changed = (n.model_copy(update={"remaining": remaining}) if n.id == node else n for n in market.nodes)
    return replace(market, nodes=tuple(changed))


def _cap(rng: Random, most: int) -> int | None:
    caps: list[int | None] = [None, None, 0, *range(1, most + 1), *range(1, most + 1)]
    return rng.choice(caps)


def _candidate(rng: Random, name: str) -> Document:
    wished = rng.sample(VACANCIES, rng.choice((0, 1, 2, 2, 3, 3, 3)))
    scores = {vacancy: rng.randint(0, 2) for vacancy in VACANCIES}
    tiers = {vacancy: rng.choice((0, 0, 0, 1)) for vacancy in VACANCIES}
    return {"id": name, "preferences": wished, "scores": scores, "tiers": tiers}
