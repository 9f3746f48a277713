"""Places: each fact lies at its own, and nothing else lies there (I1, I4). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cli.doctor.finding import Finding
from cli.doctor.kinds import Kind
from cli.doctor.told import Told


@dataclass(frozen=True, slots=True)
class Lane:
    """One output partition. Read in this order: `acknowledged`, Kafka's bounds, then the rest at once."""

    service: str
    topic: str
    partition: int
    acknowledged: int
    first: int
    end: int
    head: int
    pruned: int

    @property
    def where(self) -> str:
        return f"{self.topic}/{self.partition}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the outbox."""

    place: int
    id: UUID
    value: bytes


def ends(lane: Lane) -> Iterator[Finding]:
    """How far Kafka and PostgreSQL are."""
    if lane.end > lane.head:
        what = f"Kafka has {lane.end} records, decided are {lane.head}"
        yield Finding(Kind.TOPIC_AHEAD, lane.service, lane.where, what)
    receipt = max(lane.acknowledged, lane.pruned)
    if lane.end < receipt:
        what = f"Kafka has {lane.end} records, it had acknowledged {receipt}"
        yield Finding(Kind.TOPIC_LOST, lane.service, lane.where, what)


def published(lane: Lane, after: int, records: Sequence[Told], rows: Mapping[int, Row]) -> Iterator[Finding]:
    """Compare what lies after the place `after`, up to the last of these records, with the outbox."""
    lies = {record.place: record for record in records}
    for place in range(after + 1, records[-1].place + 1):
        record, row = lies.get(place), rows.get(place)
        if record is None:
            yield _finding(Kind.TOPIC_GAP, lane, place, "nothing lies at this offset")
        elif record.id is None:
            yield _finding(Kind.NOT_A_FACT, lane, place, "what lies there is no event with an id of ours")
        elif row is not None:
            yield from _same(lane, record, row)
        if row is None and lane.pruned < place <= lane.head:
            yield _finding(
                Kind.OUTBOX_ROW_MISSING, lane, place, "its row is gone, and was not removed in order"
            )


def gap(lane: Lane, after: int) -> Iterator[Finding]:
    """Places from the last record to Kafka's end, such as the mark of a stranger's transaction."""
    for place in range(after + 1, lane.end + 1):
        yield _finding(Kind.TOPIC_GAP, lane, place, "nothing lies at this offset")


def _same(lane: Lane, record: Told, row: Row) -> Iterator[Finding]:
    if record.id != row.id:
        what = f"{record.id} lies there, decided is {row.id}"
        yield _finding(Kind.OTHER_RECORD, lane, row.place, what)
    elif record.value != row.value:
        what = f"{row.id} lies there with other content than was decided"
        yield _finding(Kind.OTHER_RECORD, lane, row.place, what)


def waiting(lane: Lane, after: int, upto: int, rows: Mapping[int, Row]) -> Iterator[Finding]:
    """Compare the places after `after` up to `upto`, which Kafka does not have, with the outbox."""
    for place in range(after + 1, min(upto, lane.head) + 1):
        if place > lane.pruned and place not in rows:
            yield _finding(
                Kind.OUTBOX_ROW_MISSING, lane, place, "decided, neither published nor in the outbox"
            )
    for place in rows:
        if place > lane.head:
            yield _finding(Kind.ROW_BEYOND_HEAD, lane, place, f"the head is {lane.head}")


def _finding(kind: Kind, lane: Lane, place: int, what: str) -> Finding:
    return Finding(kind, lane.service, f"{lane.where}, place {place}", what)
