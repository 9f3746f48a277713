"""What is published beyond what the database knows, kept in the copy's schema."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cli.doctor.snapshot import Connection as Plain
from cli.exits import Exit, Failed
from jembatan.client import Event, Unknown
from jembatan.client.raw import Bounds, Reader
from jembatan.client.received import receive
from jembatan.contracts.envelope import CausedEnvelope
from jembatan.contracts.events import language
from jembatan.engine.records import Record
from jembatan.engine.service import Connection

TABLE = """
CREATE UNLOGGED TABLE published (
    topic text, partition int, place bigint, id uuid NOT NULL, cause text NOT NULL, key bytea,
    value bytea NOT NULL, at timestamptz NOT NULL, appended timestamptz NOT NULL,
    PRIMARY KEY (topic, partition, place)
);
CREATE INDEX published_id ON published (id);
"""
COLUMNS = ("topic", "partition", "place", "id", "cause", "key", "value", "at", "appended")
BY_ID = "SELECT topic, partition, place, appended FROM published WHERE id = ANY($1) ORDER BY place"
AT = "SELECT * FROM published WHERE topic = $1 AND partition = $2 AND place = $3"
MINE = "SELECT id, value FROM {live}.outbox WHERE topic = $1 AND partition = $2 AND place = $3"

Lane = tuple[str, int]
"""An output topic and a partition of it."""


@dataclass(frozen=True, slots=True)
class Lies:
    """Where a published fact lies, and when the broker took it."""

    lane: Lane
    place: int
    appended: datetime


def cause_of(event: Event) -> str:
    """What a fact names as its cause: a record's place, a deadline, a job's page, or a hidden report."""
    envelope = event.envelope
    assert isinstance(envelope, CausedEnvelope)
    if envelope.causetopic is not None:
        return f"{envelope.causetopic}/{envelope.causepartition}/{envelope.causeoffset}"
    return envelope.causationid


async def load(
    connection: Plain, reader: Reader, heads: dict[Lane, int], bounds: dict[Lane, Bounds]
) -> AsyncIterator[Event]:
    """Keep what lies beyond the heads, and give it event by event; Failed for what no service writes."""
    await connection.execute(TABLE)
    for lane, bound in sorted(bounds.items()):
        first = max(bound.first, heads[lane])
        if bound.end <= first:
            continue
        async for records in reader.records(lane, first, bound.end):
            events = _events(records)
            rows = [_row(event) for event in events]
            await connection.copy_records_to_table("published", records=rows, columns=COLUMNS)
            for event in events:
                yield event


def _events(records: Sequence[Record]) -> list[Event]:
    found = receive(records, language())
    for record, one in zip(records, found, strict=False):
        if isinstance(one, Unknown) or len(found) != len(records):
            raise Failed(
                Exit.NO,
                f"{record.topic}/{record.partition} holds what no service of this version writes, at offset "
                f"{record.offset} or after it. Run `jembatan doctor`: somebody else has written there, or a "
                "newer version has, which is to be installed first.",
            )
    return [one for one in found if isinstance(one, Event)]


def _row(event: Event) -> tuple[object, ...]:
    record = event.record
    return (
        record.topic, record.partition, record.offset + 1, UUID(event.id), cause_of(event), record.key,
        record.value, event.at, record.at,
    )  # fmt: skip


async def lying(connection: Connection, ids: Iterable[UUID]) -> list[Lies]:
    """Where these facts lie, those that do."""
    rows = await connection.fetch(BY_ID, list(ids))
    return [Lies((row["topic"], row["partition"]), row["place"], row["appended"]) for row in rows]
