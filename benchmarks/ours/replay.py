"""What `jembatan replay` does with facts: folds them into tables of a scratch schema, in one transaction.

Prints as JSON how many facts were folded after the first batch, in how many seconds, and the digest.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from time import monotonic

import asyncpg

from benchmarks.peers.folding import digest_of, total
from cli.replay import scratch
from cli.replay.folding import fold_of
from jembatan.client.raw import Reader
from jembatan.client.received import Event, receive
from jembatan.contracts.events import language
from jembatan.engine.records import Record

HOME = "matching.facts"
"""Where the facts would stand; in another topic they would not be read."""
STATES = "SELECT id, state->>'phase' AS phase, state->'preferences' AS preferences FROM candidate"


async def main() -> None:
    """Fold the topic to its present end, then tell; nothing is kept."""
    connection = await asyncpg.connect(os.environ["BENCH_POSTGRES"])
    moving = connection.transaction()
    await moving.start()
    await scratch.make(connection, "matching")
    count, began = 0, (0, 0.0)
    topic, partitions = os.environ["BENCH_INPUT"], int(os.environ["BENCH_PARTITIONS"])
    fold = fold_of("matching", partitions)
    async with Reader(os.environ["BENCH_KAFKA"]) as reader:
        for place, bounds in (await reader.bounds((topic, n) for n in range(partitions))).items():
            async for records in reader.records(place, bounds.first, bounds.end):
                there = [_at_home(record) for record in records]
                events = [one for one in receive(there, language()) if isinstance(one, Event)]
                await fold.save(connection, events)
                count += len(events)
                began = began if began[0] else (count, monotonic())
    seconds = monotonic() - began[1]
    rows = await connection.fetch(STATES)
    shares = (digest_of(row["id"], row["phase"], json.loads(row["preferences"])) for row in rows)
    told = {"count": count - began[0], "seconds": seconds, "digest": total(shares)}
    await moving.rollback()
    await connection.close()
    sys.stdout.write(json.dumps(told) + "\n")


def _at_home(record: Record) -> Record:
    return Record(HOME, record.partition, record.offset, record.at, record.key, record.value, record.headers)


if __name__ == "__main__":
    asyncio.run(main())
