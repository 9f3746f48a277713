"""What a run costs: processor time of the contestant, PostgreSQL, Kafka and strangers; write-ahead log."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import psutil

from tests.support.platform import Platform, query

LOG = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint AS bytes"
Meter = Callable[[], dict[str, float]]
"""Gives what was used so far: processor seconds by whom, and bytes of `log`."""


def meter(running: Platform, pid: int) -> Meter:
    """A meter of these servers and of the process `pid`, each with its children."""
    servers = {name: pids[0] for name, pids in running.stack.pids().items()}
    known = servers | {"itself": pid}

    def read() -> dict[str, float]:
        used = {name: _seconds(one) for name, one in known.items()}
        strange = _busy() - sum(used.values()) - _own()
        return used | {"strangers": strange, "log": float(query(running.postgres, LOG)[0]["bytes"])}

    return read


def nothing() -> dict[str, float]:
    """A meter that measures nothing."""
    return {}


def between(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """What was used between two readings."""
    return {name: after[name] - value for name, value in before.items()}


def _busy() -> float:
    """Processor seconds of the whole machine, what a hypervisor took among them."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def _own() -> float:
    times = psutil.Process().cpu_times()
    return float(times.user + times.system)


def _seconds(pid: int) -> float:
    spent = 0.0
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = one.cpu_times()
                spent += times.user + times.system
    return spent
