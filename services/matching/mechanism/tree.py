"""The cap tree, as the match uses it: for each vacancy, the capped places from itself up to its root."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.matching.market import Market

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """`room`: each capped place (node or vacancy) and the seats free in it.

    `paths`: each vacancy and the capped places above it, the lowest first; a vacancy with a number of
    openings is itself the lowest. Places without a cap are never full and are left out.
    """

    room: Mapping[str, int]
    paths: Mapping[str, Path]


def tree_of(market: Market) -> Tree:
    """The tree of a market without faults."""
    caps = [(node.id, node.remaining) for node in market.nodes]
    caps += [(vacancy.id, vacancy.openings) for vacancy in market.vacancies]
    room = {place: cap for place, cap in caps if cap is not None}
    parents = {node.id: node.parent for node in market.nodes}
    above = {node: _capped(node, parents, room) for node in {v.node for v in market.vacancies}}
    leaves = {vacancy.id: (vacancy.id,) if vacancy.id in room else () for vacancy in market.vacancies}
    return Tree(room, {v.id: leaves[v.id] + above[v.node] for v in market.vacancies})


def lowest_full(path: Path, inside: Mapping[str, int], room: Mapping[str, int]) -> str | None:
    """The lowest place on the path that holds as many pairs as it has room for; None if none does."""
    for place in path:
        if inside[place] >= room[place]:
            return place
    return None


def _capped(node: str, parents: Mapping[str, str | None], room: Mapping[str, int]) -> Path:
    return tuple(place for place in _upward(node, parents) if place in room)


def _upward(node: str | None, parents: Mapping[str, str | None]) -> Iterator[str]:
    while node is not None:
        yield node
        node = parents[node]
