"""`python -m benchmarks.limits.copying TOPIC RECORDS BATCH`: straight COPY from Kafka into PostgreSQL.

Nothing is read, checked, deduplicated or published, and the table has no index: an upper bound for whatever
takes reports from Kafka and keeps them. One transaction a batch; Kafka is read ahead while PostgreSQL writes.
Prints, as JSON, how many rows after the first batch, in how many seconds, and how many rows there are.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from time import monotonic

import asyncpg
from aiokafka import AIOKafkaConsumer

MADE = "CREATE TABLE {} (topic text, partition int, place bigint, value bytea)"


async def main(topic: str, records: int, batch: int) -> None:
    """Copy so many records of a topic into a table that is made, and dropped at the end."""
    connection = await asyncpg.connect(os.environ["BENCH_POSTGRES"])
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=os.environ["BENCH_KAFKA"],
        group_id=f"copying-{os.getpid()}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    table = f"copied_{os.getpid()}"
    await connection.execute(MADE.format(table))
    await consumer.start()
    try:
        first = await _copy(connection, consumer, table, batch)
        started, done = monotonic(), first
        while done < records:
            done += await _copy(connection, consumer, table, batch)
        took = monotonic() - started
        rows = await connection.fetchval(f"SELECT count(*) FROM {table}")
    finally:
        await consumer.stop()
        await connection.execute(f"DROP TABLE {table}")
        await connection.close()
    sys.stdout.write(json.dumps({"count": done - first, "seconds": took, "rows": rows}) + "\n")


async def _copy(
    connection: asyncpg.Connection[asyncpg.Record], consumer: AIOKafkaConsumer, table: str, batch: int
) -> int:
    found = await consumer.getmany(timeout_ms=1000, max_records=batch)
    rows = [(r.topic, r.partition, r.offset, r.value) for part in found.values() for r in part]
    if rows:
        await connection.copy_records_to_table(table, records=rows)
    return len(rows)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
