"""Between a market's names and the numbers of `Arrays`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, groupby
from operator import itemgetter

import numpy as np

from services.matching.market import Candidate, Cutoff, Market, PassedOver, Result
from services.matching.mechanism.fast.arrays import NONE, Arrays, Ints, Outcome


@dataclass(frozen=True, slots=True)
class Numbered:
    """A market as arrays, and what the numbers stand for: candidates by their tickets, and places."""

    people: list[Candidate]
    places: list[str]
    arrays: Arrays


def numbered(market: Market, tickets: Mapping[str, str]) -> Numbered:
    """The market as arrays. No two tickets may be equal, as no two SHA-256 hashes are known to be."""
    people = sorted(market.candidates, key=lambda candidate: tickets[candidate.id])
    places = [vacancy.id for vacancy in market.vacancies] + [node.id for node in market.nodes]
    number: dict[str | None, int] = {name: at for at, name in enumerate(places)} | {None: NONE}
    above = [vacancy.node for vacancy in market.vacancies] + [node.parent for node in market.nodes]
    rooms = [vacancy.openings for vacancy in market.vacancies] + [node.remaining for node in market.nodes]
    arrays = Arrays(
        parent=_ints([number[name] for name in above]),
        room=_ints([NONE if room is None else room for room in rooms]),
        starts=_ints([0, *accumulate(len(one.preferences) for one in people)]),
        wished=_ints([number[name] for one in people for name in one.preferences]),
        tier=_ints([one.tiers.get(name, 0) for one in people for name in one.preferences]),
        score=_ints([one.scores[name] for one in people for name in one.preferences]),
    )
    return Numbered(people, places, arrays)


def named(market: Market, tickets: Mapping[str, str], given: Numbered, found: Outcome) -> Result:
    """The result in the market's names, each of its tables in the order of its names."""
    lasts = zip(found.full.tolist(), _pairs(given, found.last), strict=True)
    return Result(
        round_id=market.round_id,
        snapshot=market.snapshot,
        matches=dict(sorted((who.id, vacancy) for who, vacancy in _pairs(given, found.got))),
        passed_over=dict(sorted(_passed_over(given, found), key=itemgetter(0))),
        cutoffs={
            name: _cutoff(*pair, tickets) for name, pair in sorted((given.places[at], p) for at, p in lasts)
        },
    )


def _pairs(given: Numbered, entries: Ints) -> Iterator[tuple[Candidate, str]]:
    """The candidate and the vacancy of each entry that is one."""
    there = entries[entries != NONE]
    rows = zip(_owners(given.arrays)[there].tolist(), given.arrays.wished[there].tolist(), strict=True)
    return ((given.people[who], given.places[vacancy]) for who, vacancy in rows)


def _passed_over(given: Numbered, found: Outcome) -> Iterator[tuple[str, tuple[PassedOver, ...]]]:
    owners = np.append(_owners(given.arrays), NONE)
    vacancies = given.arrays.wished[found.passed]
    columns = (owners[found.passed], vacancies, found.node, owners[found.before])
    steps = zip(*(column.tolist() for column in columns), strict=True)
    for who, group in groupby(steps, itemgetter(0)):
        yield given.people[who].id, tuple(_step(given, *step) for _, *step in group)


def _step(given: Numbered, vacancy: int, node: int, before: int) -> PassedOver:
    name = None if before == NONE else given.people[before].id
    return PassedOver(given.places[vacancy], given.places[node], name)


def _cutoff(who: Candidate, vacancy: str, tickets: Mapping[str, str]) -> Cutoff:
    tier, score = who.tiers.get(vacancy, 0), who.scores[vacancy]
    return Cutoff(who.id, vacancy, tier, score, tickets[who.id])


def _owners(arrays: Arrays) -> Ints:
    return np.repeat(np.arange(len(arrays.starts) - 1), np.diff(arrays.starts))


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)
