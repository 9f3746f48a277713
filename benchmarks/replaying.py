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

from benchmarks.harness.results import Results, keep
from benchmarks.report import rows
from cli.embedded.stack import EmbeddedStack
from jembatan.contracts import events  # noqa: F401  (declares them)
from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import FACTS
from jembatan.contracts.writing import Cause, encode_fact
from jembatan.engine.entry import CAUSES
from jembatan.engine.lanes import lane_of
from services.matching.domain.candidates_evidence import NOTHING_SHOWN
from services.matching.domain.world import CandidateRow
from services.matching.domain.world import World as MatchingWorld
from services.matching.store import MatchingStore
from services.vacancies.domain import World as VacanciesWorld
from services.vacancies.store import VacanciesStore
from tests.support.kafka import Reports
from tests.support.platform import ROOT, Platform, prepared

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
OF_A_SUBJECT = 5
NAMES = {
    "vacancies": ("vacancy.posted", "vacancy.changed"),
    "matching": ("candidate.registered", "candidate.changed"),
}
TOGETHER = 5000
HEAD = "INSERT INTO {0}.lane_head (topic, partition, head) VALUES ($1, $2, $3)"


def facts(service: str, number: int) -> Iterator[tuple[str, bytes, bytes]]:
    """Subject, key and value: five facts a subject, those of all subjects mixed."""
    first, later = NAMES[service]
    subjects, examples = max(1, number // OF_A_SUBJECT), _examples(service)
    for n in range(number):
        round_, which = divmod(n, subjects)
        event, subject = FACTS[later if round_ else first], f"bench-{which}"
        data = _of(examples[event.name], subject)
        encoded = encode_fact(
            event, subject, data, id=str(uuid5(CAUSES, f"{n}")), at=FIRST + timedelta(seconds=n),
            sequence=round_ + 1, cause=Cause(id=f"report-{n}"),
        )  # fmt: skip
        yield subject, encoded.key, encoded.value


def _examples(service: str) -> dict[str, Any]:
    known = [FACTS[name] for name in NAMES[service]]
    return {event.name: event.model.model_validate(example_data(event)) for event in known}


def _of(example: Any, subject: str) -> Any:  # noqa: ANN401
    """An example's data about another subject."""
    state = example.state.model_copy(update={"id": subject})
    return example.model_copy(update={"state": state})


async def fill(running: Platform, service: str, number: int) -> None:
    """The live rows, each from its subject's last state, without folding anything."""
    last = _examples(service)[NAMES[service][1]]
    connection = await asyncpg.connect(running.postgres, server_settings={"search_path": service})
    subjects = max(1, number // OF_A_SUBJECT)
    try:
        for start in range(0, subjects, TOGETHER):
            names = [f"bench-{n}" for n in range(start, min(start + TOGETHER, subjects))]
            await _save(connection, service, [_of(last, name).state for name in names], running.partitions)
    finally:
        await connection.close()


async def _save(connection: Any, service: str, states: list[Any], partitions: int) -> None:  # noqa: ANN401
    if service == "vacancies":
        orders = VacanciesWorld()
        for state in states:
            orders.add(state)
            orders.touched_vacancies.add(state.id)
        await VacanciesStore(partitions).save(connection, orders)
        return
    people = MatchingWorld()
    for state in states:
        people.put_candidate(CandidateRow(state, NOTHING_SHOWN), FIRST)
    await MatchingStore(partitions).save(connection, people)


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


def main() -> int:
    """Write facts and the rows that they end in, measure the command on them, and keep the results."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.replaying", description=__doc__)
    asked.add_argument("facts", nargs="?", type=int, default=1_000_000)
    asked.add_argument("--service", choices=sorted(NAMES), default="vacancies")
    given = asked.parse_args()
    code, took, peak = measured(given.service, given.facts)
    if code:
        print(f"replay of {given.facts:,} facts of {given.service}: exit code {code}", file=sys.stderr)
        return 1
    settings = {"facts": given.facts, f"subjects of {given.service}": max(1, given.facts // OF_A_SUBJECT)}
    print(table(keep(Results("replaying", settings, {"seconds": [took], "memory": [peak]}))))
    return 0


def measured(service: str, number: int) -> tuple[int, float, float]:
    """Exit code, seconds and MB of `jembatan replay` on so many facts, on servers of its own."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedStack(Path(folder) / "stack") as stack:
        reporters = ROOT / "tests/support/reporters.toml"
        whole = Platform(stack, Path(folder), time_source="broker", reporters=reporters)
        with prepared(whole) as running:
            write(running, service, number)
            asyncio.run(fill(running, service, number))
            return replay(running, service)


def table(results: Results) -> str:
    """One row: facts, seconds, facts a second, memory at most."""
    facts = results.settings["facts"]
    cells = [
        [f"{facts:,}", f"{took:,.0f}", f"{facts / took:,.0f}", f"{peak:,.0f}"]
        for took, peak in zip(results.runs["seconds"], results.runs["memory"], strict=True)
    ]
    return rows(["facts replayed", "seconds", "facts/s", "memory at most, MB"], cells)


if __name__ == "__main__":
    sys.exit(main())
