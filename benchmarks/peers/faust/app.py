"""A Faust app with the settings of all programs here; run one by `python -m benchmarks.peers.faust.NAME`."""

from __future__ import annotations

import os
import sys
from typing import Any

import asyncpg
import faust
from faust import streams

from benchmarks.peers import work


def make(name: str, **more: Any) -> faust.App:  # noqa: ANN401
    """An app whose streams run in Cython; acks of all replicas, linger 5 ms, no web, nothing on disk."""
    if getattr(streams, "_CStreamIterator", None) is None:
        raise SystemExit("Faust's compiled parts are not there")
    settings: dict[str, Any] = {
        "broker": f"kafka://{work.KAFKA}",
        "store": "memory://",
        "topic_partitions": int(os.environ["BENCH_PARTITIONS"]),
        "topic_replication_factor": 1,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "consumer_auto_offset_reset": "earliest",
        "producer_acks": -1,
        "producer_linger": 0.005,
        "stream_wait_empty": False,
        "cython_optimizations": True,
        "web_enabled": False,
        "web_host": "127.0.0.1",
    }
    return faust.App(f"bench-{name}-{os.getpid()}", **(settings | more))


def topic(app: faust.App, name: str) -> Any:  # noqa: ANN401
    """A topic of bytes: each program parses by itself."""
    return app.topic(name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")


async def connect(tables: str = work.TABLES) -> asyncpg.Pool[asyncpg.Record]:
    """A pool, and the tables."""
    pool = await asyncpg.create_pool(
        work.POSTGRES, min_size=1, max_size=4, server_settings={"search_path": work.SCHEMA}
    )
    await pool.execute(tables)
    return pool


def run(app: faust.App) -> None:
    """Run the app's worker until it is told to stop."""
    sys.argv = [sys.argv[0], "worker", "--without-web", "--loglevel", "warn"]
    app.main()
