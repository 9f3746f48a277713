"""Markets of any size at random, from a seed: popular vacancies, ties, caps that bind at every level."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from services.matching.mechanism.fast.arrays import Arrays, Ints

JURISDICTIONS, PARTNERSHIPS, LONGEST = 20, 100, 5
SEATS_A_CANDIDATE = 0.8
RHO = "ab" * 32


def arrays(people: int, vacancies: int, seed: int = 1) -> Arrays:
    """Vacancies under 100 partnerships under 20 jurisdictions under one origin; lists of 1 to 5.

    Seats for 80 % of the candidates, of which caps above take some away. Each candidate has one number of
    points, and 0 to 6 more by partnership, so that two can stand one way here and the other way there.
    """
    rng = np.random.default_rng(seed)
    parent = _parents(rng, vacancies)
    starts = np.concatenate(([0], np.cumsum(rng.integers(1, LONGEST + 1, people))))
    owner = np.repeat(np.arange(people), np.diff(starts))
    wished = _wished(rng, owner, vacancies)
    points = rng.integers(40, 100, people)[owner] + (owner * 31 + parent[wished] * 17) % 7
    return Arrays(
        parent, _rooms(rng, parent, people, vacancies), starts, wished, np.zeros_like(points), points
    )


def uncapped(people: int, vacancies: int, seed: int = 1) -> Arrays:
    """The same without any cap above the vacancies."""
    market = arrays(people, vacancies, seed)
    market.room[vacancies:] = -1
    return market


def document(market: Arrays) -> dict[str, Any]:
    """The market as a `jembatan.market/1` document."""
    places = len(market.parent)
    vacancies = places - PARTNERSHIPS - JURISDICTIONS - 1
    names = [f"v{i:05}" for i in range(vacancies)] + [f"n{i:03}" for i in range(places - vacancies)]
    above = [names[i] if i >= 0 else None for i in market.parent.tolist()]
    rows = list(zip(names, above, [r if r >= 0 else None for r in market.room.tolist()], strict=True))
    return {
        "format": "jembatan.market/1",
        "round_id": "bench",
        "nodes": [{"id": n, "parent": p, "remaining": r} for n, p, r in rows[vacancies:]],
        "vacancies": [{"id": n, "node": p, "openings": r} for n, p, r in rows[:vacancies]],
        "candidates": _candidates(market, names),
        "draw": {"rho": RHO},
    }


def _candidates(market: Arrays, names: list[str]) -> list[dict[str, Any]]:
    starts, wished, scores = market.starts.tolist(), market.wished.tolist(), market.score.tolist()
    bounds = list(pairwise(starts))
    lists = [[names[vacancy] for vacancy in wished[a:b]] for a, b in bounds]
    return [
        {"id": f"c{i:07}", "preferences": row, "scores": dict(zip(row, scores[a:b], strict=True))}
        for i, (row, (a, b)) in enumerate(zip(lists, bounds, strict=True))
    ]


def _parents(rng: np.random.Generator, vacancies: int) -> Ints:
    first, last = vacancies + PARTNERSHIPS, vacancies + PARTNERSHIPS + JURISDICTIONS
    partnerships = vacancies + rng.integers(0, PARTNERSHIPS, vacancies)
    jurisdictions = first + np.arange(PARTNERSHIPS) % JURISDICTIONS
    return np.concatenate((partnerships, jurisdictions, np.full(JURISDICTIONS, last), [-1]))


def _rooms(rng: np.random.Generator, parent: Ints, people: int, vacancies: int) -> Ints:
    room = np.zeros(len(parent), np.int64)
    room[:vacancies] = rng.poisson(SEATS_A_CANDIDATE * people / vacancies, vacancies)
    levels = ((vacancies, PARTNERSHIPS, 0.6), (vacancies + PARTNERSHIPS, JURISDICTIONS, 0.7))
    for first, number, least in levels:
        below = np.bincount(parent[parent >= 0], weights=room[parent >= 0], minlength=len(parent))
        share = rng.uniform(least, 1.1, number)
        room[first : first + number] = (below[first : first + number] * share).astype(np.int64)
    room[-1] = int(room[-1 - JURISDICTIONS : -1].sum() * 0.95)
    return room


def _wished(rng: np.random.Generator, owner: Ints, vacancies: int) -> Ints:
    """Distinct within each list; some vacancies are wished for far more than others."""
    popular = rng.exponential(1, vacancies)
    wished = rng.choice(vacancies, size=len(owner), p=popular / popular.sum())
    while (again := _repeated(owner, wished)).size:
        wished[again] = rng.integers(0, vacancies, again.size)
    return wished


def _repeated(owner: Ints, wished: Ints) -> Ints:
    order = np.lexsort((wished, owner))
    same = (np.diff(owner[order]) == 0) & (np.diff(wished[order]) == 0)
    again: Ints = order[1:][same]
    return again
