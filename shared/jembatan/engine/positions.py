"""How far each input partition is decided: read, checked and moved in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from jembatan.engine import level
from jembatan.engine.halts import OLDER
from jembatan.engine.records import EPOCH, Place, Source
from jembatan.engine.service import Connection

MAKE = """
INSERT INTO position (topic, partition)
SELECT topic, partition FROM unnest($1::text[], $2::int[]) AS t (topic, partition)
WHERE NOT EXISTS (
    SELECT FROM position AS p WHERE p.topic = t.topic AND p.partition = t.partition
)
ORDER BY topic, partition ON CONFLICT DO NOTHING
"""
READ = """
SELECT topic, partition, next_offset, at, last_at, last_checksum
FROM position WHERE topic = ANY($1) AND partition = $2
"""
MOVE = """
UPDATE position SET next_offset = $4, at = $5, last_at = $6, last_checksum = $7
WHERE topic = $1 AND partition = $2 AND next_offset = $3
    AND NOT EXISTS (SELECT FROM lane WHERE position($8 IN halted) > 0)
"""
REWIND = """
UPDATE position SET next_offset = $4, last_at = NULL, last_checksum = NULL
WHERE topic = $1 AND partition = $2 AND next_offset = $3
"""
WATERMARK = "SELECT min(at) FROM position WHERE topic = ANY($1)"


class PositionMoved(Exception):
    """Another worker has decided from here on: roll back and let the partition go."""


async def make(connection: Connection, topics: Sequence[str], partitions: int) -> None:
    """A row for each partition of each input, so that none is forgotten by the watermark.

    Rows that are there are not touched: `ON CONFLICT` alone waits for a transaction that is changing one,
    and the worker that holds it may be the stopped one that this process is to replace.
    """
    pairs = [(topic, partition) for topic in topics for partition in range(partitions)]
    await connection.execute(MAKE, [topic for topic, _ in pairs], [partition for _, partition in pairs])


async def read(connection: Connection, topics: Sequence[str], partition: int) -> dict[Source, Place]:
    rows = await connection.fetch(READ, list(topics), partition)
    return {
        (row["topic"], row["partition"]): Place(
            row["next_offset"], row["at"], row["last_at"], row["last_checksum"]
        )
        for row in rows
    }


async def move(connection: Connection, before: Mapping[Source, Place], after: Mapping[Source, Place]) -> None:
    """Compare and set each position that differs, in one order; `PositionMoved` if one is not as expected.

    `Older` if the database is known to be older than its topics.
    """
    for source in sorted(after):
        if after[source] != before[source]:
            await _move(connection, source, before[source], after[source])


async def _move(connection: Connection, source: Source, before: Place, after: Place) -> None:
    done = await connection.execute(
        MOVE, *source, before.next_offset, after.next_offset, after.at, after.last_at, after.last_checksum,
        OLDER,
    )  # fmt: skip
    if done != "UPDATE 1":
        await level.check(connection)
        raise PositionMoved(f"{source[0]}/{source[1]} is no longer at {before.next_offset}")


async def rewind(connection: Connection, source: Source, place: Place, to: int) -> None:
    """Go back: what stands at a decided offset is not what was decided there. Repeats are known by id."""
    done = await connection.execute(REWIND, *source, place.next_offset, to)
    if done != "UPDATE 1":
        raise PositionMoved(f"{source[0]}/{source[1]} moved while it was rewound")


async def watermark(connection: Connection, topics: Iterable[str]) -> datetime | None:
    """The least of the times decided in all partitions of these topics; None before all have one."""
    least = await connection.fetchval(WATERMARK, list(topics))
    return least if isinstance(least, datetime) and least > EPOCH else None
