"""One service at one moment: its tables in one snapshot, and Kafka's bounds on the right side of it.

What is published was decided before, and what is acknowledged was published before. So the marks of
acknowledgements are read first, then Kafka's bounds of the outputs, then the snapshot, and Kafka's bounds of
the inputs last: what is found then is damage, however busy the platform is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg

from cli.doctor.places import Lane, Row
from jembatan.client.raw import Bounds, Reader
from jembatan.client.subscriber import Place
from jembatan.engine.roles import identifier

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
PAGE = 2000
LONGEST = 600
"""Seconds for one statement: comparing whole tables takes its time."""
UNHURRIED = """
SET statement_timeout = 0; SET transaction_timeout = 0; SET idle_in_transaction_session_timeout = 0
"""
MARKS = "SELECT topic, partition, acknowledged FROM lane_mark"
LANES = """
SELECT topic, partition, head, coalesce(pruned, 0) AS pruned
FROM lane_head LEFT JOIN lane_mark USING (topic, partition) ORDER BY topic, partition
"""
POSITIONS = """
SELECT topic, partition, next_offset, at, last_at, last_checksum FROM position ORDER BY topic, partition
"""
ROWS = """
SELECT place, id, value FROM {schema}.outbox
WHERE topic = $1 AND partition = $2 AND place > $3 AND place <= $4 ORDER BY place
"""


async def fetched(connection: Connection, sql: str, *arguments: object) -> list[dict[str, Any]]:
    """The rows of a query, as plain mappings."""
    return [dict(row) for row in await connection.fetch(sql, *arguments)]


@dataclass(frozen=True, slots=True)
class Position:
    """A row of `position`, as the snapshot has it."""

    topic: str
    partition: int
    next_offset: int
    at: datetime
    last_at: datetime | None
    last_checksum: int | None

    @property
    def place(self) -> Place:
        return self.topic, self.partition


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One service; `connection` holds the snapshot open and has the service's schema as its search path."""

    service: str
    connection: Connection
    lanes: tuple[Lane, ...]
    positions: tuple[Position, ...]
    inputs: Mapping[Place, Bounds]

    async def rows(self, topic: str, partition: int, after: int, upto: int) -> dict[int, Row]:
        """The outbox between two places, by place."""
        sql = ROWS.format(schema=identifier(self.service))
        found = await self.connection.fetch(sql, topic, partition, after, upto)
        return {row["place"]: Row(row["place"], row["id"], row["value"]) for row in found}

    async def each(self, sql: str, *arguments: object) -> AsyncIterator[asyncpg.Record]:
        """The rows of a query, at flat memory."""
        async for row in self.connection.cursor(sql, *arguments, prefetch=PAGE):
            yield row


@asynccontextmanager
async def snapshot(
    dsn: str, reader: Reader, service: str, topics: Mapping[str, int], *, readonly: bool = True
) -> AsyncIterator[Snapshot]:
    """Open a service's snapshot; `topics`: the partitions of each topic that the cluster has."""
    connection = await asyncpg.connect(dsn, timeout=10, command_timeout=LONGEST)
    try:
        await connection.execute(f"SET search_path TO {identifier(service)}; {UNHURRIED}")
        acknowledged = {_place(row): row["acknowledged"] for row in await fetched(connection, MARKS)}
        outputs = await reader.bounds(
            _there(topics, f"{service}.facts", f"{service}.refusals", f"{service}.public")
        )
        async with connection.transaction(isolation="repeatable_read", readonly=readonly):
            rows = {_place(row): row for row in await fetched(connection, LANES)}
            lanes = [
                _lane(service, place, rows.get(place), acknowledged, outputs)
                for place in sorted(rows.keys() | outputs.keys())
            ]
            positions = [Position(**row) for row in await connection.fetch(POSITIONS)]
            known = [one.place for one in positions if one.partition < topics.get(one.topic, 0)]
            inputs = await reader.bounds(known)
            yield Snapshot(service, connection, tuple(lanes), tuple(positions), inputs)
    finally:
        await connection.close(timeout=10)


def _place(row: Mapping[str, Any]) -> Place:
    return row["topic"], row["partition"]


def _there(topics: Mapping[str, int], *names: str) -> list[Place]:
    return [(name, number) for name in names for number in range(topics.get(name, 0))]


def _lane(
    service: str,
    place: Place,
    row: Mapping[str, Any] | None,
    acknowledged: Mapping[Place, int],
    outputs: Mapping[Place, Bounds],
) -> Lane:
    bounds = outputs.get(place, Bounds(0, 0))
    head, pruned = (row["head"], row["pruned"]) if row else (0, 0)
    return Lane(service, *place, acknowledged.get(place, 0), bounds.first, bounds.end, head, pruned)
