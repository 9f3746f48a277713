"""The test of a match by definition, with nothing of the mechanism in it: who has a right to object?

A match is *feasible* if no cap is exceeded, and *stable* if besides nobody blocks it: no candidate would
rather have a vacancy than what they got while either no place on its path to the root is full, or the lowest
full one holds a pair that stands behind theirs (Kamada & Kojima 2018, for a hierarchy of caps).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import takewhile

from services.matching.market import Market

Matches = Mapping[str, str]
Key = tuple[int, int, str, str]
Pair = tuple[Key, str]


def objections(market: Market, matches: Matches, tickets: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each reason why these matches are not a stable match of this market."""
    people = {candidate.id: candidate for candidate in market.candidates}
    listed = {who: v for who, v in matches.items() if who in people and v in people[who].preferences}
    for who in sorted(matches.keys() - listed.keys()):
        yield _stranger(who, matches[who], who in people)
    held = _Held(market, listed, tickets)
    yield from held.overfull()
    yield from held.blocking()


def _stranger(who: str, vacancy: str, known: bool) -> str:
    return f"{who} is given {vacancy}, " + (
        "which is not on their list" if known else "and is no candidate of this market"
    )


class _Held:
    """The pairs of a match, by every capped place that they lie in."""

    def __init__(self, market: Market, matches: Matches, tickets: Mapping[str, str]) -> None:
        self._market, self._matches, self._tickets = market, matches, tickets
        self._people = {candidate.id: candidate for candidate in market.candidates}
        self._room = {node.id: node.remaining for node in market.nodes}
        self._room |= {vacancy.id: vacancy.openings for vacancy in market.vacancies}
        self._up: dict[str, str | None] = {node.id: node.parent for node in market.nodes}
        self._up |= {vacancy.id: vacancy.node for vacancy in market.vacancies}
        self._inside: dict[str, int] = defaultdict(int)
        self._last: dict[str, Pair] = {}
        for who, vacancy in matches.items():
            self._put((self._key(who, vacancy), who))

    def overfull(self) -> Iterator[str]:
        """Each cap that is exceeded."""
        for place, number in sorted(self._inside.items()):
            room = self._room[place]
            if room is not None and number > room:
                yield f"{place} holds {number} and has room for {room}"

    def blocking(self) -> Iterator[str]:
        """Each candidate and vacancy that would rather be together, and may."""
        for who in sorted(self._people):
            got = self._matches.get(who)
            for wished in takewhile(lambda vacancy: vacancy != got, self._people[who].preferences):  # noqa: B023
                if (reason := self._may_enter(who, wished)) is not None:
                    yield f"{who} would rather have {wished} than {got or 'nothing'}, and {reason}"

    def _put(self, pair: Pair) -> None:
        for place in self._path(pair[0][3]):
            self._inside[place] += 1
            self._last[place] = max(self._last.get(place, pair), pair)

    def _may_enter(self, who: str, vacancy: str) -> str | None:
        full = next((place for place in self._path(vacancy) if self._is_full(place)), None)
        if full is None:
            return "no place on its path is full"
        last = self._last.get(full)
        if last is None or last[0] < self._key(who, vacancy):
            return None
        return f"stands before {last[1]}, who holds a seat in {full}"

    def _is_full(self, place: str) -> bool:
        room = self._room[place]
        return room is not None and self._inside[place] >= room

    def _path(self, place: str | None) -> Iterator[str]:
        while place is not None:
            yield place
            place = self._up[place]

    def _key(self, who: str, vacancy: str) -> Key:
        person = self._people[who]
        return -person.tiers.get(vacancy, 0), -person.scores[vacancy], self._tickets[who], vacancy
