"""Facts that this process has committed, handed to the publishers of its own lanes.

What is handed over lies in the outbox too: a publisher that finds nothing here, or not the place that comes
next, reads it there. So what is dropped or never came costs a look-up and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jembatan.engine.lane import Row

MOST = 4_000
"""Facts kept for an output partition; what is more is left to the outbox."""
Output = tuple[str, int]
"""An output topic and a partition of it."""


class Handover:
    """Committed facts by their places, for the output partitions that are followed."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._rows: dict[Output, dict[int, Row]] = {}

    def follow(self, outputs: Iterable[Output]) -> None:
        """Keep from now on what is committed for these, beginning with nothing."""
        self._rows |= {output: {} for output in outputs}

    def leave(self, outputs: Iterable[Output]) -> None:
        """Keep no more for these."""
        for output in outputs:
            self._rows.pop(output, None)

    def give(self, output: Output, rows: Sequence[Row]) -> None:
        """Facts of a transaction that is committed, and of no other."""
        waiting = self._rows.get(output)
        if waiting is None:
            return
        waiting |= {row.place: row for row in rows}
        if len(waiting) > self._most:
            waiting.clear()

    def has(self, output: Output, place: int) -> bool:
        """Whether the fact at a place is here."""
        return place in self._rows.get(output, ())

    def take(self, output: Output, after: int, most: int) -> list[Row]:
        """At most so many facts from place `after` + 1 on, without a gap; they are here no more."""
        waiting = self._rows.get(output, {})
        taken: list[Row] = []
        while len(taken) < most and (row := waiting.pop(after + len(taken) + 1, None)):
            taken.append(row)
        for place in [place for place in waiting if place <= after]:
            del waiting[place]
        return taken
