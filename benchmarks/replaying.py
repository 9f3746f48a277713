"""How long `jembatan replay` takes, and how much memory: `python -m benchmarks.replaying 1000000`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid5

import asyncpg

from cli.embedded.stack import EmbeddedStack
from jembatan.contracts import events  # noqa: F401  (declares them)
from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import FACTS
from jembatan.contracts.writing import Cause, encode_fact
from jembatan.engine.entry import CAUSES
from jembatan.engine.lanes import lane_of
from tests.support.kafka import Reports
from tests.support.platform import ROOT, Platform, prepared

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
OF_A_SUBJECT = 5
NAMES = {
    "vacancies": ("vacancy.posted", "vacancy.changed", "vacancy"),
    "matching": ("candidate.registered", "candidate.changed", "candidate"),
}
FILL = "INSERT INTO {0}.{1} SELECT * FROM replay_{0}.{1}"
HEAD = "INSERT INTO {0}.lane_head (topic, partition, head) VALUES ($1, $2, $3)"


def facts(service: str, number: int) -> Iterator[tuple[str, bytes, bytes]]:
    """Subject, key and value: five facts a subject, those of all subjects mixed."""
    first, later, _ = NAMES[service]
    subjects = max(1, number // OF_A_SUBJECT)
    examples: dict[str, Any] = {
        event.name: event.model.model_validate(example_data(event)) for event in (FACTS[first], FACTS[later])
    }
    for n in range(number):
        round_, which = divmod(n, subjects)
        event, subject = FACTS[later if round_ else first], f"bench-{which}"
        data = examples[event.name].model_copy()
        object.__setattr__(data, "state", data.state.model_copy(update={"id": subject}))
        encoded = encode_fact(
            event, subject, data, id=str(uuid5(CAUSES, f"{n}")), at=FIRST + timedelta(seconds=n),
            sequence=round_ + 1, cause=Cause(id=f"report-{n}"),
        )  # fmt: skip
        yield subject, encoded.key, encoded.value


def write(running: Platform, service: str, number: int) -> None:
    """Put the facts where the service puts them, and raise its lanes' heads."""
    topic, heads = f"{service}.facts", Counter[int]()
    writer = Reports(running.kafka, "bench")
    headers = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
    for subject, key, value in facts(service, number):
        lane = lane_of(subject, running.partitions)
        heads[lane] += 1
        writer.raw(topic, value, list(headers), key, partition=lane)
    writer.flush()
    asyncio.run(
        _executed(running.postgres, *[(HEAD.format(service), topic, *pair) for pair in heads.items()])
    )


async def _executed(dsn: str, *statements: tuple[object, ...]) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for sql, *arguments in statements:
            await connection.execute(str(sql), *arguments, timeout=600)
    finally:
        await connection.close()


def replay(running: Platform, service: str, *more: str) -> tuple[int, float, float]:
    """Exit code, seconds and MB of memory of the command."""
    servers = ["--kafka", running.kafka, "--postgres", running.postgres]
    started = monotonic()
    command = [sys.executable, "-m", "cli.main", "replay", service, *servers, *more]
    ran = os.posix_spawn(sys.executable, command, {**os.environ, "PYTHONPATH": str(ROOT)})
    _, status, usage = os.wait4(ran, 0)
    return os.waitstatus_to_exitcode(status), monotonic() - started, usage.ru_maxrss / 1024


def main() -> None:
    """Write facts, let a first replay make the live rows, and measure the second."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("facts", nargs="?", type=int, default=1_000_000)
    asked.add_argument("--service", choices=sorted(NAMES), default="vacancies")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, EmbeddedStack(Path(folder) / "stack") as stack:
        whole = Platform(
            stack, Path(folder), time_source="broker", reporters=ROOT / "tests/support/reporters.toml"
        )
        with prepared(whole) as running:
            write(running, given.service, given.facts)
            _, first, _ = replay(running, given.service, "--keep")
            table = NAMES[given.service][2]
            asyncio.run(_executed(running.postgres, (FILL.format(given.service, table),)))
            code, second, peak = replay(running, given.service)
    print(f"exit code {code}; {second:.0f} s, the first time {first:.0f} s; at most {peak:.1f} MB of memory")


if __name__ == "__main__":
    main()
