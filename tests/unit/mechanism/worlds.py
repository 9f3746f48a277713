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


def forest(rng: Random, people: int) -> Document:
    """Nodes below any earlier node or none, some without cap or room; about as many seats as people."""
    nodes = [
        {
            "id": f"n{i}",
            "parent": rng.choice([None, *(f"n{j}" for j in range(i))]),
            "remaining": _room(rng, people),
        }
        for i in range(rng.randint(1, 9))
    ]
    vacancies = [
        {"id": f"v{i}", "node": rng.choice(nodes)["id"], "openings": _room(rng, people // 4)}
        for i in range(rng.randint(1, 12))
    ]
    names = [str(vacancy["id"]) for vacancy in vacancies]
    candidates = [_anyone(rng, f"c{i}", names) for i in range(people)]
    parts = {"nodes": nodes, "vacancies": vacancies, "candidates": candidates}
    return {**document(rng, people=0), **parts}


def crowded(rng: Random) -> Document:
    """80 people under caps that become full, give seats back to the cap above, and fill again."""
    vacancies = [{"id": f"v{i}", "node": f"p{i % 2}", "openings": 8} for i in range(10)]
    nodes = [{"id": f"p{i}", "parent": "root", "remaining": 32} for i in range(2)]
    names = [f"v{i}" for i in range(10)]
    lists = [rng.sample(names, rng.randint(1, 5)) for _ in range(80)]
    people = [
        {"id": f"c{i}", "preferences": row, "scores": {v: rng.randint(0, 99) for v in row}}
        for i, row in enumerate(lists)
    ]
    root = {"id": "root", "parent": None, "remaining": 56}
    parts = {"nodes": [root, *nodes], "vacancies": vacancies, "candidates": people}
    return {**document(rng, people=0), **parts}


def _cap(rng: Random, most: int) -> int | None:
    caps: list[int | None] = [None, None, 0, *range(1, most + 1), *range(1, most + 1)]
    return rng.choice(caps)


def _candidate(rng: Random, name: str) -> Document:
    wished = rng.sample(VACANCIES, rng.choice((0, 1, 2, 2, 3, 3, 3)))
    scores = {vacancy: rng.randint(0, 2) for vacancy in VACANCIES}
    tiers = {vacancy: rng.choice((0, 0, 0, 1)) for vacancy in VACANCIES}
    return {"id": name, "preferences": wished, "scores": scores, "tiers": tiers}


def _room(rng: Random, most: int) -> int | None:
    return rng.choice([None, 0, *[rng.randint(0, most) for _ in range(6)]])


def _anyone(rng: Random, name: str, vacancies: list[str]) -> Document:
    wished = rng.sample(vacancies, rng.randint(0, min(5, len(vacancies))))
    tiers = {vacancy: 1 for vacancy in wished if rng.random() < 0.2}
    return {
        "id": name,
        "preferences": wished,
        "scores": {v: rng.randint(0, 3) for v in wished},
        "tiers": tiers,
    }
