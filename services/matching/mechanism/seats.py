"""The seats that are held while the match runs, and who stands last inside each capped place."""

from __future__ import annotations

from heapq import heappop, heappush

from services.matching.mechanism.order import Pair
from services.matching.mechanism.tree import Tree, lowest_full


class Seats:
    """Held pairs, at most one a candidate, counted in every capped place above them.

    Each capped place has a heap of the pairs that were ever held inside it, the last one on top. A pair
    that has given way stays in the heaps above it until it comes to the top (lazy deletion); since nobody
    asks for the same vacancy twice, a pair that was dropped never comes back, and one look at `held` tells.
    A round of p requests below d levels therefore costs O(p · d · log p).
    """

    def __init__(self, tree: Tree) -> None:
        self.held: dict[str, Pair] = {}
        self.inside = dict.fromkeys(tree.room, 0)
        self._tree = tree
        self._heaps: dict[str, list[Pair]] = {place: [] for place in tree.room}

    def full_above(self, vacancy: str) -> str | None:
        """The lowest full place on the vacancy's path, or None if it can take one more."""
        return lowest_full(self._tree.paths[vacancy], self.inside, self._tree.room)

    def is_full(self, place: str) -> bool:
        """Whether a capped place holds as many pairs as it has room for."""
        return self.inside[place] >= self._tree.room[place]

    def last_inside(self, place: str) -> Pair | None:
        """The held pair that stands last inside a capped place, or None if it holds nobody."""
        heap = self._heaps[place]
        while heap and self.held.get(heap[0].candidate) != heap[0]:
            heappop(heap)
        return heap[0] if heap else None

    def hold(self, pair: Pair) -> None:
        """Take a seat for the pair in every place above its vacancy."""
        self.held[pair.candidate] = pair
        for place in self._tree.paths[pair.vacancy]:
            self.inside[place] += 1
            heappush(self._heaps[place], pair)

    def drop(self, pair: Pair) -> None:
        """Give the pair's seat back in every place above its vacancy."""
        del self.held[pair.candidate]
        for place in self._tree.paths[pair.vacancy]:
            self.inside[place] -= 1
