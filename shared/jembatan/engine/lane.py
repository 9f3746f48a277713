"""A lane's state in PostgreSQL: who publishes it, how far, and what is to be published next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from jembatan.engine.service import Connection

TAKE = """
INSERT INTO lane (partition, epoch) VALUES ($1, 1)
ON CONFLICT (partition) DO UPDATE SET epoch = lane.epoch + 1
RETURNING epoch, cluster_id, producer_id, halted
"""
IDENTIFY = """
UPDATE lane SET cluster_id = $3, producer_id = $4
WHERE partition = $1 AND epoch = $2 AND producer_id IS NULL
"""
HALT = "UPDATE lane SET halted = $3 WHERE partition = $1 AND epoch = $2"
MARKS = """
INSERT INTO lane_mark (topic, partition) SELECT unnest($1::text[]), $2 ON CONFLICT DO NOTHING
"""
DECIDED = """
SELECT h.topic, h.head, m.acknowledged, m.pruned
FROM lane_head AS h JOIN lane_mark AS m USING (topic, partition)
WHERE h.topic = ANY($1) AND h.partition = $2
"""
ID_AT = "SELECT id FROM outbox WHERE topic = $1 AND partition = $2 AND place = $3"
HEADS = "SELECT topic, head FROM lane_head WHERE topic = ANY($1) AND partition = $2"
ROWS = """
SELECT place, key, value, at FROM outbox
WHERE topic = $1 AND partition = $2 AND place > $3 ORDER BY place LIMIT $4
"""
ACKNOWLEDGE = """
UPDATE lane_mark AS m SET acknowledged = greatest(m.acknowledged, $3)
FROM lane AS l
WHERE m.topic = $1 AND m.partition = $2 AND l.partition = $2 AND l.epoch = $4
"""
PRUNE = """
WITH gone AS (
    DELETE FROM outbox AS o USING (
        SELECT o.place FROM outbox AS o JOIN lane_mark AS m USING (topic, partition)
        WHERE o.topic = $1 AND o.partition = $2 AND o.place < m.acknowledged AND o.decided_at < $3
            AND (
                SELECT decided_at FROM outbox WHERE topic = $1 AND partition = $2 ORDER BY place LIMIT 1
            ) < $3
        ORDER BY o.place LIMIT $4
    ) AS old
    WHERE o.topic = $1 AND o.partition = $2 AND o.place = old.place
    RETURNING o.place
)
UPDATE lane_mark SET pruned = greatest(pruned, (SELECT max(place) FROM gone))
WHERE topic = $1 AND partition = $2 AND EXISTS (SELECT FROM gone)
RETURNING (SELECT count(*) FROM gone)
"""


@dataclass(frozen=True, slots=True)
class Ownership:
    """A lane as its publisher took it."""

    partition: int
    epoch: int
    cluster_id: str | None
    producer_id: int | None
    halted: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """An output partition as PostgreSQL knows it: facts given, acknowledged, gone from the outbox."""

    head: int
    acknowledged: int
    pruned: int


class Row(NamedTuple):
    """A fact at its place."""

    place: int
    key: bytes
    value: bytes
    at: datetime


async def take(connection: Connection, partition: int) -> Ownership:
    """Raise the lane's epoch: whoever held it before can write no more marks."""
    row = await connection.fetchrow(TAKE, partition)
    assert row is not None
    return Ownership(partition, row["epoch"], row["cluster_id"], row["producer_id"], row["halted"])


async def identify(connection: Connection, lane: Ownership, cluster_id: str, producer_id: int) -> None:
    await connection.execute(IDENTIFY, lane.partition, lane.epoch, cluster_id, producer_id)


async def halt(connection: Connection, lane: Ownership, why: str | None) -> bool:
    """Write a halt if the lane is still ours; else someone else may have published since we looked."""
    return bool(await connection.execute(HALT, lane.partition, lane.epoch, why) == "UPDATE 1")


async def decided(connection: Connection, topics: Sequence[str], partition: int) -> dict[str, Progress]:
    await connection.execute(MARKS, list(topics), partition)
    rows = await connection.fetch(DECIDED, list(topics), partition)
    return {row["topic"]: Progress(row["head"], row["acknowledged"], row["pruned"]) for row in rows}


async def id_at(connection: Connection, topic: str, partition: int, place: int) -> UUID | None:
    found = await connection.fetchval(ID_AT, topic, partition, place)
    return None if found is None else UUID(bytes=found.bytes)


async def heads(connection: Connection, topics: Sequence[str], partition: int) -> dict[str, int]:
    """How many facts each output partition has been given by now."""
    return {row["topic"]: row["head"] for row in await connection.fetch(HEADS, list(topics), partition)}


async def rows(connection: Connection, topic: str, partition: int, after: int, most: int) -> list[Row]:
    found = await connection.fetch(ROWS, topic, partition, after, most)
    return [Row(*row) for row in found]


async def acknowledge(connection: Connection, topic: str, place: int, lane: Ownership) -> bool:
    """Write how far Kafka has acknowledged, if the lane is still ours; False if it is not."""
    done = await connection.execute(ACKNOWLEDGE, topic, lane.partition, place, lane.epoch)
    return bool(done == "UPDATE 1")


async def prune(connection: Connection, topic: str, partition: int, before: datetime, most: int) -> int:
    """Remove up to `most` acknowledged facts older than `before`; the last one stays to be compared.

    Gives how many there were.
    """
    return await connection.fetchval(PRUNE, topic, partition, before, most) or 0
