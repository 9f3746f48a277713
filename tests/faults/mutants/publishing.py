"""Mutants of publishing."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from jembatan.engine import lane as lanes
from jembatan.engine import outbox
from jembatan.engine.publisher import HEADERS, LanePublisher
from jembatan.engine.records import to_milliseconds
from jembatan.engine.service import Connection
from jembatan.engine.wire import Outgoing, sequence_of
from tests.faults.mutants.deciding import changed, remember_hub, replace

MINE = """
SELECT o.topic, o.partition, o.place, o.key, o.value, o.at, l.producer_id
FROM outbox AS o JOIN lane AS l USING (partition)
WHERE o.xmin = pg_current_xact_id()::xid ORDER BY o.topic, o.partition, o.place
"""


def publish_before_commit() -> None:
    """What a transaction has placed is sent at once, as if a commit could not fail."""
    hubs = remember_hub()
    place = outbox.append

    async def append(connection: Connection, *arguments: Any) -> outbox.Placed:  # noqa: ANN401
        touched = await place(connection, *arguments)
        found: dict[tuple[str, int, int], list[Any]] = defaultdict(list)
        for row in await connection.fetch(MINE):
            found[row["topic"], row["partition"], row["producer_id"]].append(row)
        for (topic, partition, producer_id), rows in found.items():
            records = [Outgoing(r["key"], r["value"], to_milliseconds(r["at"]), HEADERS) for r in rows]
            sequence = sequence_of(rows[0]["place"])
            await hubs[0].wire.produce(topic, partition, records, producer_id=producer_id, sequence=sequence)
        return touched

    replace(outbox, append=append)


def fresh_producer_id() -> None:
    """As a producer of a library does: each taking asks for an id of its own."""
    take = LanePublisher._take

    async def fresh(self: LanePublisher) -> lanes.Ownership:
        owned = await take(self)
        return lanes.Ownership(
            owned.partition, owned.epoch, owned.cluster_id, await self._wire.producer_id(), owned.halted
        )

    replace(LanePublisher, _take=fresh)


def retake_without_epoch() -> None:
    """Whoever takes a lane has the same epoch as who had it before."""
    changed(lanes, "TAKE", "SET epoch = lane.epoch + 1", "SET epoch = lane.epoch")


def halt_without_epoch() -> None:
    changed(lanes, "HALT", "AND epoch = $2", "AND $2::bigint IS NOT NULL")


def prune_before_acknowledgement() -> None:
    changed(lanes, "PRUNE", "o.place < m.acknowledged AND ", "")
