"""Who takes part in report → fact: ours, the limit, and the peers."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass

from benchmarks.harness.backlog import Backlog
from benchmarks.harness.course import Course, End, Idle, watch
from benchmarks.harness.programs import Ended, program, python_of
from benchmarks.harness.servers import OUTPUT, PEERS_INPUT
from benchmarks.harness.usage import meter
from tests.support.kafka import dump
from tests.support.platform import Platform, Process, query

LONGEST = 300.0
BATCH = 2000


class Wrong(RuntimeError):
    """A contestant has made something else than it should have."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """`may_stop`: it is stopped when its time is over, and its rate is that of what it has done."""

    name: str
    title: str
    run: Callable[[Platform, Backlog, float], Course]
    may_stop: bool = False
    peer: str | None = None


def ours(running: Platform, wanted: Backlog, _: float) -> Course:
    """The service `matching`, one process, as it is run by `jembatan up`."""
    with closing(End(running.kafka, OUTPUT, running.partitions)) as end:
        process = serve(running)
        try:
            course = watch(
                end, len(wanted.subjects), LONGEST, lambda: alive(process), meter(running, process.pid)
            )
        finally:
            process.stop()
    check(running.kafka, OUTPUT, wanted, whole=True)
    if refused := dump(running.kafka, ["matching.refusals"]):
        raise Wrong(f"{len(refused)} refusals, the first: {refused[0].value!r}")
    return course


def serve(running: Platform, name: str = "matching", **more: str) -> Process:
    """One process of a service with the settings that an installation has."""
    settings = {"JEMBATAN_LOG_LEVEL": "WARNING", "JEMBATAN_TICK_EVERY": "1"} | more
    return running.start(name, **settings)[0]


def alive(process: Process) -> None:
    """Raise Wrong if it has ended."""
    if not process.running:
        raise Wrong(f"{process.name} has ended: {process.log.read_text()[-2000:]}")


def copying(running: Platform, wanted: Backlog, _: float) -> Course:
    """The limit: straight COPY."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.limits.copying",
        PEERS_INPUT,
        str(wanted.records),
        str(BATCH),
    ]
    environment = {"BENCH_KAFKA": running.kafka, "BENCH_POSTGRES": running.postgres}
    with program(command, environment, running.folder / "copying.log") as one:
        found = one.answer(LONGEST)
    if found["rows"] != wanted.records:
        raise Wrong(f"{found['rows']} rows of {wanted.records} records")
    return Course(found["count"], found["seconds"])


def peer(folder: str, module: str) -> Callable[[Platform, Backlog, float], Course]:
    """A program of `benchmarks.peers`, that reads the same topic and publishes to one of its own."""

    def run(running: Platform, wanted: Backlog, longest: float) -> Course:
        output = topic_of(f"{folder}.{module}")
        command = [str(python_of(folder)), "-m", f"benchmarks.peers.{folder}.{module}"]
        environment = of_peer(running, PEERS_INPUT, output)
        with (
            closing(End(running.kafka, output, running.partitions)) as end,
            program(command, environment, running.folder / f"{folder}.{module}.log") as one,
        ):
            try:
                course = watch(end, len(wanted.subjects), longest, one.alive, meter(running, one.pid))
            except Idle as why:
                raise Ended(f"{why}: {one.words()}") from why
        check(running.kafka, output, wanted, whole=course.whole)
        return course

    return run


def topic_of(program_name: str) -> str:
    """The topic that a peer's program publishes to."""
    return f"bench.{program_name}.facts"


def of_peer(running: Platform, source: str, output: str) -> dict[str, str]:
    """A peer's environment, with a schema of its own."""
    schema = re.sub(r"\W", "_", output) or "peer"
    query(running.postgres, f"CREATE SCHEMA IF NOT EXISTS {schema}")
    return {
        "BENCH_KAFKA": running.kafka,
        "BENCH_POSTGRES": running.postgres,
        "BENCH_INPUT": source,
        "BENCH_OUTPUT": output,
        "BENCH_SCHEMA": schema,
        "BENCH_PARTITIONS": str(running.partitions),
    }


def check(bootstrap: str, topic: str, wanted: Backlog, whole: bool) -> None:
    """Exactly one fact of each subject, and the right one; of some subjects only, if not `whole`."""
    found = [message.event for message in dump(bootstrap, [topic])]
    facts = [fact for fact in found if fact["subject"].startswith(wanted.prefix)]
    subjects = [fact["subject"] for fact in facts]
    there = set(subjects)
    if len(there) != len(subjects):
        raise Wrong(f"{topic}: {len(subjects) - len(there)} facts come twice")
    expected = wanted.subjects
    if not there <= expected or (whole and there != expected):
        raise Wrong(
            f"{topic}: {len(expected - there)} facts are missing, {len(there - expected)} are strange"
        )
    for fact in facts:
        state = {"id": fact["subject"], "origin": "ID", "phase": "registered"}
        if not state.items() <= fact["data"]["state"].items():
            raise Wrong(f"{topic}: {fact['data']} where {state} was expected")


ALL: Mapping[str, Contestant] = {
    one.name: one
    for one in (
        Contestant("copy", "the limit: straight COPY", copying),
        Contestant("ours", "Jembatan", ours),
        Contestant(
            "faust", "Faust, a transaction an event", peer("faust", "single"), may_stop=True, peer="faust"
        ),
        Contestant(
            "faust500", "Faust, `take(500)`, a transaction a batch", peer("faust", "batch"), peer="faust"
        ),
        Contestant(
            "faststream", "FastStream, batches, executemany", peer("faststream", "batch"), peer="faststream"
        ),
    )
}
