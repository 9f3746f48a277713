"""What a match must be, by definition and by brute force; nothing here is shared with the mechanism."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from itertools import product

from services.matching.market import Market, Result

Key = tuple[int, int, str, str]
Match = Mapping[str, str]
Pairs = Iterable[tuple[str, str]]


class Oracle:
    """One market, with the definitions of feasible, blocked and stable (Kamada & Kojima) spelled out."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.people = {c.id: c for c in market.candidates}
        self.caps = {n.id: n.remaining for n in market.nodes} | {v.id: v.openings for v in market.vacancies}
        self.up = {n.id: n.parent for n in market.nodes} | {v.id: v.node for v in market.vacancies}
        self.paths = {v.id: self._path(v.id) for v in market.vacancies}
        self.tickets = {c: self._ticket(c) for c in self.people}

    def key(self, candidate: str, vacancy: str) -> Key:
        """The order of pairs, smaller first."""
        person = self.people[candidate]
        tier, score = person.tiers.get(vacancy, 0), person.scores[vacancy]
        return -tier, -score, self.tickets[candidate], vacancy

    def inside(self, pairs: Pairs, place: str) -> list[tuple[str, str]]:
        """The pairs whose vacancy is this place or lies below it."""
        return [pair for pair in pairs if place in self.paths[pair[1]]]

    def feasible(self, pairs: Pairs) -> bool:
        """No cap is exceeded at any level."""
        held = list(pairs)
        caps = ((place, cap) for place, cap in self.caps.items() if cap is not None)
        return all(len(self.inside(held, place)) <= cap for place, cap in caps)

    def choose(self, pairs: Pairs) -> set[tuple[str, str]]:
        """The caps' own choice out of many pairs: from the first on, each that still fits."""
        chosen: set[tuple[str, str]] = set()
        for pair in sorted(pairs, key=lambda pair: self.key(*pair)):
            if self.feasible(chosen | {pair}):
                chosen.add(pair)
        return chosen

    def wishes(self, candidate: str, match: Match) -> list[str]:
        """The vacancies that a candidate prefers to what they have."""
        wished = self.people[candidate].preferences
        return list(wished[: self.rank(candidate, match)])

    def rank(self, candidate: str, match: Match) -> int:
        """How far down their list a candidate's vacancy is; the length of the list if there is none."""
        wished = self.people[candidate].preferences
        return wished.index(match[candidate]) if candidate in match else len(wished)

    def blocked(self, match: Match) -> list[tuple[str, str]]:
        """Each pair that would rather be together and that the caps would choose."""
        held = set(match.items())
        asked = ((c, v) for c in self.people for v in self.wishes(c, match))
        return [pair for pair in asked if pair in self.choose(held | {pair})]

    def blocked_in_short(self, match: Match) -> list[tuple[str, str]]:
        """The same by the short test: no place on the path is full, or the lowest full holds a worse pair."""
        return [(c, v) for c in self.people for v in self.wishes(c, match) if self._enters(c, v, match)]

    @cached_property
    def stable(self) -> list[Match]:
        """Every feasible match that nobody blocks, out of all that lists allow."""
        lists = [[None, *person.preferences] for person in self.people.values()]
        rows = (zip(self.people, row, strict=True) for row in product(*lists))
        found = ({c: v for c, v in row if v is not None} for row in rows)
        return [match for match in found if self.feasible(match.items()) and not self.blocked(match)]

    def lowest_full(self, vacancy: str, match: Match) -> str | None:
        """The first place from the vacancy upward that has no room left."""
        for place in self.paths[vacancy]:
            cap = self.caps[place]
            if cap is not None and len(self.inside(match.items(), place)) >= cap:
                return place
        return None

    def last_inside(self, place: str, match: Match) -> tuple[str, str] | None:
        """The pair that stands last inside a place."""
        return max(self.inside(match.items(), place), key=lambda pair: self.key(*pair), default=None)

    def _enters(self, candidate: str, vacancy: str, match: Match) -> bool:
        full = self.lowest_full(vacancy, match)
        if full is None:
            return True
        last = self.last_inside(full, match)
        return last is not None and self.key(candidate, vacancy) < self.key(*last)

    def _path(self, place: str | None) -> list[str]:
        return [] if place is None else [place, *self._path(self.up[place])]

    def _ticket(self, candidate: str) -> str:
        market = self.market
        text = f"jembatan-lottery/1\0{market.round_id}\0{market.snapshot}\0{candidate}"
        return hmac.new(bytes.fromhex(market.rho), text.encode(), hashlib.sha256).hexdigest()


def faults_of(oracle: Oracle, result: Result) -> list[str]:
    """Everything in which a result is not the stable match best for candidates, with its right reasons."""
    match = result.matches
    if not oracle.feasible(match.items()):
        return ["a cap is exceeded"]
    faults = [f"{pair} blocks" for pair in oracle.blocked(match)]
    faults += [f"{pair} blocks in short" for pair in oracle.blocked_in_short(match)]
    faults += [f"{match} is not best" for other in oracle.stable if _better(oracle, other, match)]
    faults += ["other people matched" for other in oracle.stable if other.keys() != match.keys()]
    faults += [] if _steps(result) == _expected_steps(oracle, match) else ["passed_over is wrong"]
    faults += [] if _lasts(result) == _expected_lasts(oracle, match) else ["cutoffs is wrong"]
    return faults


def failing(oracles: Iterable[Oracle], match: Callable[[Market], Result]) -> list[str]:
    """The faults of a mechanism over many markets; one that stops with an error is a fault too."""
    faults: list[str] = []
    for oracle in oracles:
        try:
            faults += faults_of(oracle, match(oracle.market))
        except (AssertionError, KeyError, IndexError) as error:
            faults.append(repr(error))
    return faults


def _better(oracle: Oracle, other: Match, match: Match) -> bool:
    return any(oracle.rank(c, other) < oracle.rank(c, match) for c in oracle.people)


def _steps(result: Result) -> dict[str, list[tuple[str | None, ...]]]:
    return {who: [tuple(step) for step in steps] for who, steps in result.passed_over.items()}


def _expected_steps(oracle: Oracle, match: Match) -> dict[str, list[tuple[str | None, ...]]]:
    steps = {c: [_step(oracle, v, match) for v in oracle.wishes(c, match)] for c in oracle.people}
    return {who: passed for who, passed in steps.items() if passed}


def _step(oracle: Oracle, vacancy: str, match: Match) -> tuple[str | None, ...]:
    full = oracle.lowest_full(vacancy, match)
    last = oracle.last_inside(full, match) if full else None
    return vacancy, full, last[0] if last else None


def _lasts(result: Result) -> dict[str, tuple[object, ...]]:
    return {place: tuple(last) for place, last in result.cutoffs.items()}


def _expected_lasts(oracle: Oracle, match: Match) -> dict[str, tuple[object, ...]]:
    held = {p: oracle.inside(match.items(), p) for p, cap in oracle.caps.items() if cap is not None}
    full = [place for place, pairs in held.items() if pairs and len(pairs) == oracle.caps[place]]
    return {place: _cutoff(oracle, max(held[place], key=lambda pair: oracle.key(*pair))) for place in full}


def _cutoff(oracle: Oracle, pair: tuple[str, str]) -> tuple[object, ...]:
    tier, score, ticket, vacancy = oracle.key(*pair)
    return pair[0], vacancy, -tier, -score, ticket
