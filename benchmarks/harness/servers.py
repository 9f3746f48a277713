"""Kafka and PostgreSQL as a benchmark finds them: fresh, durable, with the topics of all contestants."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from jembatan.engine.topics import create
from jembatan.topology import Topic
from tests.support.platform import ROOT, Platform, platform, query

FOLDER = ROOT / ".jembatan" / "bench"
FAILED = FOLDER / "failed"
INPUT = "matching.reports"
OUTPUT = "matching.facts"
PEERS_INPUT = "bench.reports"
"""The same reports for those who do not know ticks, which the engine adds to its own topic."""
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


@contextmanager
def servers(topics: Sequence[str] = ()) -> Iterator[Platform]:
    """A platform of no age; `topics` are made beside its own. Fails if PostgreSQL is not durable."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=FOLDER) as folder,
        _kept(Path(folder)),
        platform(Path(folder)) as running,
    ):
        for name in DURABLE:
            if (found := query(running.postgres, f"SHOW {name}")[0][name]) != "on":
                raise RuntimeError(f"{name} is {found}")
        wanted = [
            Topic(name=name, partitions=running.partitions, replication=1, config={}) for name in topics
        ]
        asyncio.run(create(running.kafka, wanted))
        yield running


@contextmanager
def _kept(folder: Path) -> Iterator[None]:
    """Keep the contestants' logs when something fails."""
    try:
        yield
    except BaseException:
        FAILED.mkdir(exist_ok=True)
        for log in folder.glob("*.log"):
            shutil.copy(log, FAILED)
        print(f"the logs are in {FAILED}", flush=True)
        raise


def settle(running: Platform) -> None:
    """Let no contestant pay for what the one before it has written."""
    query(running.postgres, "CHECKPOINT")
