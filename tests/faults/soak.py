"""Hours of work: memory, sessions and tables stay as they are. As in `scenarios`."""

from __future__ import annotations

from pathlib import Path
from time import monotonic, sleep

import psutil

from tests.faults.recovery import ROWS
from tests.faults.scenarios import PRUNE_ALL
from tests.faults.servers import rss
from tests.faults.toyload import ToyLoad
from tests.faults.toys import SERVICE, Toys
from tests.faults.verdict import Broken, judge
from tests.support.platform import Process

MOST_MIB = 256.0
EACH = 15.0
IDLE = 0.1
"""The part of the time, at the end, in which nothing comes."""
SESSIONS = f"SELECT count(*) FROM pg_stat_activity WHERE application_name = 'jembatan-{SERVICE}'"


def soak(toys: Toys, seed: int, hours: float, each_second: float = 40.0) -> dict[str, float]:
    """One process under a steady load, then idle: its memory, files, sessions and outbox are bounded.

    A quarter in, everything is warm: from then on memory grows by less than a fifth.
    """
    process, samples, end = toys.one(**PRUNE_ALL), [], monotonic() + hours * 3600
    toys.await_ready(process)
    with ToyLoad(toys, seed, each_second=each_second) as load:
        while monotonic() < end - hours * 3600 * IDLE:
            sleep(min(EACH, hours * 60))
            samples.append(_sample(toys, process))
    judge(toys, load, within=600)
    sleep(max(0.0, end - monotonic()))
    samples.append(_sample(toys, process))
    warm = max(sample["memory, MiB"] for sample in samples[: len(samples) // 4 + 1])
    most = {name: max(sample[name] for sample in samples) for name in samples[0]}
    if most["memory, MiB"] > min(MOST_MIB, 1.2 * warm) or most["rows in the outbox"] > 50_000:
        raise Broken(f"not bounded: {most}, memory when warm {warm:.0f} MiB")
    return most | {"memory when warm, MiB": warm}


def _sample(toys: Toys, process: Process) -> dict[str, float]:
    if not process.running:
        raise Broken(f"it ended with {process.exit_code}, see {process.log}")
    files = Path(f"/proc/{process.pid}/fd")
    return {
        "memory, MiB": rss(process),
        "open files": float(len(list(files.iterdir()))) if files.exists() else 0.0,
        "threads": float(psutil.Process(process.pid).num_threads()),
        "sessions": float(toys.count(SESSIONS)),
        "rows in the outbox": float(toys.count(ROWS)),
    }
