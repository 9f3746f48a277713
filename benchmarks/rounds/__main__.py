"""`python -m benchmarks.rounds --candidates N …`: a round from its closing to the last fact in Kafka.

One `matching` service, Kafka (acks=all) and PostgreSQL (fsync and synchronous_commit on) embedded on this
machine. Meanwhile others report candidates, each of whom must get a fact. The result is checked before its
times count: a match or a miss for each, and `jembatan verify --round` on what is in Kafka.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform as machine
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from time import monotonic, sleep

from benchmarks.rounds.beside import Beside, Read, read
from benchmarks.rounds.playing import ROUND, STEPS, Played, play
from benchmarks.rounds.seeding import seed
from tests.support.platform import Platform, platform

BEFORE = 10.0


def main() -> None:
    """A section for each number of candidates."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rounds", description=__doc__)
    parser.add_argument("--candidates", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--keep", type=Path, help="a folder for the services' logs")
    chosen = parser.parse_args()
    print(f"{machine.platform()}, {os.cpu_count()} processors, Python {machine.python_version()}")
    for people in chosen.candidates:
        with tempfile.TemporaryDirectory(dir=chosen.keep) as folder:
            print(measure(Path(folder), people), flush=True)


def measure(folder: Path, people: int) -> str:
    """One round of so many candidates, in a platform of its own."""
    vacancies = max(20, people // 50)
    with platform(folder) as running:
        asyncio.run(seed(running.postgres, people, vacancies, running.partitions))
        [service] = running.start("matching", JEMBATAN_LOG_LEVEL="WARNING")
        running.await_ready(service)
        with Beside(running.kafka) as beside:
            sleep(BEFORE)
            played = play(running, service)
        found = settled(running, len(beside.sent))
        told = found.facts.get("match.made", 0) + found.facts.get("match.missed", 0)
        if told != people or len(found.came) != len(beside.sent):
            raise RuntimeError(f"{told} of {people} told, {len(found.came)} of {len(beside.sent)} beside")
        return "\n".join([*table(people, vacancies, played, found), *waits(played, beside, found),
                          verified(running)])  # fmt: skip


def settled(running: Platform, beside: int) -> Read:
    """What is in Kafka once the last report beside the round has its fact."""
    deadline = monotonic() + 60
    while True:
        found = read(running.kafka)
        if len(found.came) >= beside or monotonic() > deadline:
            return found
        sleep(1.0)


def table(people: int, vacancies: int, played: Played, found: Read) -> list[str]:
    """What took how long."""
    lines = [f"\n| {people:,} x {vacancies:,} | seconds | since the closing |", "|---|---|---|"]
    start = before = played.seen.get("marked", min(played.seen.values()))
    for name, words in STEPS:
        if name in played.seen:
            now = played.seen[name]
            lines.append(f"| {words} | {now - before:.1f} | {now - start:.1f} |")
            before = now
    made = found.facts.get("match.made", 0)
    lines.append(
        f"\n{made:,} matched; largest record {found.largest / 1024:.0f} KiB; most memory "
        f"{played.service >> 20} MiB of the service, {played.apart >> 20} MiB of a computation beside it"
    )
    return lines


def waits(played: Played, beside: Beside, found: Read) -> list[str]:
    """How long reports of others waited for their facts, before the closing and from then to the end."""
    start = min(played.seen.values())
    lines = ["\n| reports of others | number | median | 99 of 100 | longest |", "|---|---|---|---|---|"]
    for words, during in (("before the round closed", False), ("while it was worked on", True)):
        took = [found.came[name] - at for name, at in beside.sent.items() if (at >= start) is during]
        most = quantiles(took, n=100)[98]
        lines.append(f"| {words} | {len(took)} | {median(took):.2f} s | {most:.2f} s | {max(took):.2f} s |")
    return lines


def verified(running: Platform) -> str:
    """`jembatan verify --round`, from Kafka alone; its time."""
    began = monotonic()
    command = [sys.executable, "-m", "cli.main", "verify", "--round", ROUND, "--kafka", running.kafka]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(f"not verified: {ran.stdout}{ran.stderr}")
    return f"\n`jembatan verify --round`, with the plain reference: {monotonic() - began:.0f} s"


if __name__ == "__main__":
    main()
