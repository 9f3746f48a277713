"""FastStream, batches of 500, executemany, one transaction and one batch of facts each.

`publish_batch` sends a batch to one partition, whatever the keys: the facts of a subject have no order here,
which makes this faster than what keeps it.
"""

from __future__ import annotations

import asyncio
import os

import asyncpg
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaPublishMessage

from benchmarks.peers import work

broker = KafkaBroker(work.KAFKA, acks="all", linger_ms=5, max_batch_size=1_000_000, logger=None)
app = FastStream(broker)
pools: list[asyncpg.Pool[asyncpg.Record]] = []


@app.on_startup
async def connect() -> None:
    """A pool, and the tables."""
    pool = await asyncpg.create_pool(
        work.POSTGRES, min_size=1, max_size=4, server_settings={"search_path": work.SCHEMA}
    )
    await pool.execute(work.TABLES)
    pools.append(pool)


@broker.subscriber(
    work.INPUT,
    group_id=f"bench-faststream-{os.getpid()}",
    auto_offset_reset="earliest",
    ack_policy=AckPolicy.NACK_ON_ERROR,
    batch=True,
    max_records=500,
)
async def register(texts: list[bytes]) -> None:
    """As many reports as are there, at most 500.

    Taken as bytes: FastStream itself parses what is `application/json`, and these are CloudEvents.
    """
    reports = [work.Report.model_validate_json(text) for text in texts]
    keys = [(report.source, report.id) for report in reports]
    async with pools[0].acquire() as connection, connection.transaction():
        new = {row["id"] for row in await connection.fetchmany(work.CLAIM, keys)}
        fresh = {report.id: report for report in reports if report.id in new}
        await connection.executemany(work.INSERT, [work.row(report) for report in fresh.values()])
    if fresh:
        facts = [
            KafkaPublishMessage(work.fact(report), key=report.subject.encode()) for report in fresh.values()
        ]
        await broker.publish_batch(*facts, topic=work.OUTPUT)


if __name__ == "__main__":
    asyncio.run(app.run())
