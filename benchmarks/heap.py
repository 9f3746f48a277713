"""Deferred acceptance under a cap tree as one would first write it: plain Python, a lazy heap a place."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any

from services.matching.mechanism.fast.arrays import Arrays, Outcome

Pair = tuple[int, int, int, int]
Tables = tuple[list[int], list[tuple[int, int, int]], dict[int, int]]


@dataclass(frozen=True, slots=True)
class Lists:
    """The same as `Arrays`, in Python's own lists."""

    parent: list[int]
    room: list[int]
    starts: list[int]
    wished: list[int]
    tier: list[int]
    score: list[int]


def lists(market: Arrays) -> Lists:
    """A market's arrays as lists."""
    names = ("parent", "room", "starts", "wished", "tier", "score")
    return Lists(*(getattr(market, name).tolist() for name in names))


def tables(found: Outcome) -> Tables:
    """An outcome in the form that `solve` returns."""
    passed = zip(found.passed.tolist(), found.node.tolist(), found.before.tolist(), strict=True)
    return found.got.tolist(), list(passed), dict(zip(found.full.tolist(), found.last.tolist(), strict=True))


def solve(market: Lists) -> Tables:
    """The entry each candidate holds; each entry passed over, its full place, the last there; cut-offs."""
    paths = [_path(vacancy, market) for vacancy in range(max(market.wished, default=-1) + 1)]
    inside = [0] * len(market.parent)
    heaps: list[list[Pair]] = [[] for _ in market.parent]
    got: list[int] = [-1] * (len(market.starts) - 1)
    asked = market.starts[:-1]
    asking = list(range(len(got)))
    while asking:
        who = asking.pop()
        while got[who] < 0 and asked[who] < market.starts[who + 1]:
            entry = asked[who]
            asked[who] += 1
            # The least stands last: lower tier, lower score, later ticket.
            pair = (market.tier[entry], market.score[entry], -who, entry)
            path = paths[market.wished[entry]]
            full = next((place for place in path if inside[place] >= market.room[place]), None)
            if full is not None:
                last = _last(heaps[full], got)
                if last is None or last > pair:
                    continue
                got[-last[2]] = -1
                asking.append(-last[2])
                for place in paths[market.wished[last[3]]]:
                    inside[place] -= 1
            got[who] = entry
            for place in path:
                inside[place] += 1
                heappush(heaps[place], pair)
    return _account(market, paths, inside, heaps, got)


def _account(market: Lists, paths: Any, inside: Any, heaps: Any, got: list[int]) -> Tables:  # noqa: ANN401
    lasts: dict[int, int] = {}
    for place, room in enumerate(market.room):
        if 0 <= room <= inside[place] and (last := _last(heaps[place], got)) is not None:
            lasts[place] = last[3]
    passed = []
    for who, held in enumerate(got):
        for entry in range(market.starts[who], held if held >= 0 else market.starts[who + 1]):
            path = paths[market.wished[entry]]
            full = next(place for place in path if inside[place] >= market.room[place])
            passed.append((entry, full, lasts.get(full, -1)))
    return got, passed, lasts


def _last(heap: list[Pair], got: list[int]) -> Pair | None:
    while heap and got[-heap[0][2]] != heap[0][3]:
        heappop(heap)
    return heap[0] if heap else None


def _path(place: int, market: Lists) -> list[int]:
    path = []
    while place >= 0:
        if market.room[place] >= 0:
            path.append(place)
        place = market.parent[place]
    return path
