"""Kafka records as the engine sees them, and how a batch is made of them. Pure."""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

TICK = "jembatan-tick"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
"""What a later time counts as: topics in simulated time take timestamps that no calendar has."""

MILLISECOND = timedelta(milliseconds=1)

Source = tuple[str, int]
"""A topic and a partition of it."""


class Record(NamedTuple):
    """One record of an input; `at` is its own time, before it is raised to the greatest before it.

    A header's value may be null in Kafka, as key and value may.
    """

    topic: str
    partition: int
    offset: int
    at: datetime
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    @property
    def source(self) -> Source:
        return self.topic, self.partition

    @property
    def size(self) -> int:
        headers = sum(len(name) + len(value or b"") for name, value in self.headers)
        return len(self.value or b"") + len(self.key or b"") + headers

    @property
    def is_tick(self) -> bool:
        """An empty record by which the leader moves time on."""
        return not self.value and any(name == TICK for name, _ in self.headers)

    @property
    def checksum(self) -> int:
        """CRC-32 of key and value: enough to see that another record stands at a known offset."""
        return zlib.crc32(self.value or b"", zlib.crc32(self.key or b""))


@dataclass(frozen=True, slots=True)
class Place:
    """How far one input partition is decided: the next offset, the greatest time, the last record."""

    next_offset: int
    at: datetime
    last_at: datetime | None = None
    last_checksum: int | None = None


def from_milliseconds(timestamp: int) -> datetime:
    """A Kafka timestamp as an instant, exact to the millisecond, from `EPOCH` to `LATEST`."""
    if not 0 <= timestamp <= LATEST_MS:
        timestamp = min(max(timestamp, 0), LATEST_MS)
    # Positional arguments, that need no sum of their own: half the time, once for every record.
    return EPOCH + timedelta(0, timestamp // 1000, timestamp % 1000 * 1000)


def to_milliseconds(at: datetime) -> int:
    """An instant as a Kafka timestamp; what is finer than a millisecond is cut off."""
    return (at - EPOCH) // MILLISECOND


LATEST_MS = to_milliseconds(LATEST)


def merge(buffers: Mapping[Source, Sequence[Record]]) -> list[Record]:
    """The records of several inputs in order of time; each input keeps its own order."""
    if len(buffers) == 1:
        return list(*buffers.values())
    ordered = heapq.merge(
        *(_in_time(buffers[source]) for source in sorted(buffers)), key=lambda pair: pair[0]
    )
    return [record for _, record in ordered]


def _in_time(records: Iterable[Record]) -> list[tuple[datetime, Record]]:
    raised, greatest = [], EPOCH
    for record in records:
        greatest = max(greatest, record.at)
        raised.append((greatest, record))
    return raised


def cut(records: Sequence[Record], most: int, most_bytes: int) -> int:
    """How many records from the front make a batch: at least one, at most `most`, within `most_bytes`."""
    size = 0
    for count, record in enumerate(records[:most]):
        size += record.size
        if size > most_bytes and count:
            return count
    return min(most, len(records))


def advance(places: Mapping[Source, Place], records: Iterable[Record]) -> dict[Source, Place]:
    """The places after these records have been decided."""
    greatest: dict[Source, datetime] = {}
    last: dict[Source, Record] = {}
    for record in records:
        source = record.source
        greatest[source] = max(greatest.get(source) or places[source].at, record.at)
        last[source] = record
    return {**places, **{source: _after(record, greatest[source]) for source, record in last.items()}}


def _after(last: Record, at: datetime) -> Place:
    return Place(last.offset + 1, at, last.at, last.checksum)
