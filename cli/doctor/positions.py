"""Positions: what is decided of each input, against what Kafka has of it (I5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cli.doctor.finding import Finding
from cli.doctor.kinds import Kind
from cli.doctor.snapshot import Position, Snapshot
from jembatan.client.raw import Bounds, Reader
from jembatan.engine.records import Record


def compare(service: str, position: Position, bounds: Bounds) -> Iterator[Finding]:
    """A position against the bounds of its partition, which were read after it."""
    where = _where(position)
    if position.next_offset > bounds.end:
        what = f"decided are {position.next_offset} records, Kafka has {bounds.end}"
        yield Finding(Kind.POSITION_BEYOND_END, service, where, what)
    elif position.next_offset < bounds.first:
        what = f"records {position.next_offset} to {bounds.first - 1} were deleted undecided"
        yield Finding(Kind.POSITION_PASSED_BY, service, where, what)


def same(service: str, position: Position, record: Record | None) -> Iterator[Finding]:
    """The last record that was decided against what lies there now."""
    if position.last_checksum is None or record is None:
        return
    if (record.at, record.checksum) != (position.last_at, position.last_checksum):
        what = f"offset {position.next_offset - 1} holds another record than the one that was decided"
        yield Finding(Kind.POSITION_OTHER_RECORD, service, _where(position), what)


def missing(
    service: str, positions: Sequence[Position], wanted: Sequence[str], topics: Mapping[str, int]
) -> Iterator[Finding]:
    """Partitions of inputs that have no position."""
    if not positions:
        yield Finding(Kind.NEVER_RAN, service, "position", "the table is empty")
        return
    there = {one.place for one in positions}
    for topic in wanted:
        for number in range(topics.get(topic, 0)):
            if (topic, number) not in there:
                yield Finding(
                    Kind.POSITION_MISSING, service, f"{topic}/{number}", "it has no row in `position`"
                )


async def check(
    taken: Snapshot, reader: Reader, wanted: Sequence[str], topics: Mapping[str, int]
) -> list[Finding]:
    """All of a service's positions; `wanted` are its inputs."""
    found = list(missing(taken.service, taken.positions, wanted, topics))
    for position in taken.positions:
        bounds = taken.inputs.get(position.place)
        if bounds is None:
            found += compare(taken.service, position, Bounds(0, 0))
            continue
        found += compare(taken.service, position, bounds)
        last = position.next_offset - 1
        if bounds.first <= last < bounds.end:
            found += same(taken.service, position, await reader.record(position.place, last))
    return found


def _where(position: Position) -> str:
    return f"{position.topic}/{position.partition}"
