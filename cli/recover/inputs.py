"""The inputs from the restored positions on: of each partition of each topic the next record."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from jembatan.client.errors import Unreachable
from jembatan.client.raw import Bounds
from jembatan.engine import lenient
from jembatan.engine.intake import Intake, Taken
from jembatan.engine.records import Place, Record, Source, advance
from jembatan.engine.wire import Wire

TOGETHER = 1_000_000
"""Bytes asked for at once."""
TRIES = 1000


@dataclass(slots=True)
class Input:
    """One partition of one input. `place`: how far the copy has decided it."""

    source: Source
    place: Place
    end: int
    following: int
    buffer: deque[Record] = field(default_factory=deque)
    next: Taken | None = None

    @property
    def is_over(self) -> bool:
        """Nothing is left of it."""
        return not self.buffer and self.following >= self.end


@dataclass(frozen=True, slots=True)
class Move:
    """Records that lead to nothing, such as ticks, and where the position stands after them."""

    source: Source
    before: Place
    after: Place


class Inputs:
    """Reads all inputs side by side; memory holds at most a fetch of each."""

    def __init__(
        self, wire: Wire, intake: Intake, places: Mapping[Source, Place], bounds: Mapping[Source, Bounds]
    ) -> None:
        self._wire, self._intake = wire, intake
        self.report_topics = sorted(intake.report_topics)
        self.all = [
            Input(source, place, bounds[source].end, max(place.next_offset, bounds[source].first))
            for source, place in sorted(places.items())
        ]

    async def look(self, one: Input) -> Move | None:
        """Find the input's next record that may lead to something; what is passed by is to be moved over."""
        before, passed = one.place, []
        while one.next is None and (record := await self._record(one)) is not None:
            found = self._intake.take([record], {one.source: one.place})
            if found:
                one.next = found[0]
            else:
                one.buffer.popleft()
                passed.append(record)
                one.place = advance({one.source: one.place}, [record])[one.source]
        return Move(one.source, before, one.place) if passed else None

    async def _record(self, one: Input) -> Record | None:
        for _ in range(TRIES):
            if one.buffer or one.following >= one.end:
                break
            found, one.following = await lenient.fetched(self._wire, one.source, one.following, TOGETHER)
            one.buffer.extend(record for record in found if record.offset < one.end)
        else:
            raise Unreachable(f"{one.source[0]}/{one.source[1]} gives nothing from {one.following} on.")
        return one.buffer[0] if one.buffer else None

    def after(self, one: Input) -> Place:
        """The place once its next record is decided."""
        return advance({one.source: one.place}, [one.buffer[0]])[one.source]

    def passed(self, one: Input) -> None:
        """Its next record is decided."""
        one.place = self.after(one)
        one.buffer.popleft()
        one.next = None


def lost(inputs: Iterable[Input]) -> Sequence[str]:
    """Which records were deleted before they could be decided again."""
    return [
        f"{one.source[0]}/{one.source[1]}: records {one.place.next_offset} to {one.following - 1} are no "
        "longer kept"
        for one in inputs
        if one.following > one.place.next_offset
    ]
