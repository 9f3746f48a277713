"""The toy service in processes of its own, and what can be seen of them from outside.

Its rules are so small that every effect can be counted: how often a subject was reported, which pages of a
job were done, how often a deadline passed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import psutil

from cli.embedded.stack import EmbeddedStack
from jembatan.engine.failpoints import EXIT_CODE, VARIABLE
from tests.support import engines
from tests.support.platform import ROOT, Platform, Process, prepared, query

SERVICE = "partners"
PATIENCE = 120.0
SESSION_MS = "3000"
UNSETTLED = """
SELECT (SELECT count(*) FROM partners.tally WHERE due_at IS NOT NULL)
    + (SELECT count(*) FROM partners.job WHERE NOT done) AS waiting
"""


class Inconclusive(Exception):
    """The fault was not seen to happen: the run says nothing, and is no success."""


class Toys(Platform):
    """Kafka, PostgreSQL, and processes of the toy."""

    services = (SERVICE,)
    command = ("tests.faults.serve",)

    async def prepare(self) -> None:
        await engines.prepare(self.stack)

    def environment(self, service: str) -> dict[str, str]:
        own = {
            "JEMBATAN_POSTGRES": self.postgres,
            "JEMBATAN_SESSION_TIMEOUT_MS": SESSION_MS,
            "JEMBATAN_DRAIN": "5",
            "JEMBATAN_REQUEST_TIMEOUT": "5",
            "JEMBATAN_STATEMENT_TIMEOUT": "10",
        }
        return super().environment(service) | own

    def one(self, **extra: str) -> Process:
        """Start one process."""
        return self.start(SERVICE, **extra)[0]

    def armed(self, failpoint: str, **extra: str) -> Process:
        """Start a process that fails at a place in the engine."""
        return self.one(**{VARIABLE: failpoint}, **extra)

    def end_all(self) -> None:
        """End every process of the toy, also one that is stopped or does not end by itself."""
        for process in self.running():
            process.kill()

    def count(self, sql: str) -> int:
        """The one number that a query gives."""
        return int(next(iter(query(self.postgres, sql)[0].values())))

    def waiting(self) -> int:
        """Deadlines and jobs that are not done."""
        return self.count(UNSETTLED)


@contextmanager
def own_servers(folder: Path, make: Callable[[Path], EmbeddedStack] = EmbeddedStack) -> Iterator[Toys]:
    """Kafka and PostgreSQL ready for the toy; no process of it runs."""
    folder.mkdir(parents=True, exist_ok=True)
    reporters = ROOT / "tests/support/reporters.toml"
    with (
        make(folder / "stack") as stack,
        prepared(Toys(stack, folder, time_source="broker", reporters=reporters)) as made,
    ):
        yield made


def actions(process: Process) -> Counter[str]:
    """How often a process has logged each action."""
    found: Counter[str] = Counter()
    for line in process.log.read_text(errors="replace").splitlines():
        if line.startswith("{"):
            found[json.loads(line).get("action", "")] += 1
    return found


def fired(process: Process, failpoint: str) -> bool:
    return f"failpoint {failpoint.partition(':')[0]}:" in process.log.read_text(errors="replace")


def await_exit(process: Process, failpoint: str, within: float = PATIENCE) -> None:
    """Wait for the exit that an armed failpoint brings about; Inconclusive without it."""
    deadline = monotonic() + within
    while process.running and monotonic() < deadline:
        sleep(0.05)
    if process.exit_code != EXIT_CODE or not fired(process, failpoint):
        raise Inconclusive(f"{failpoint}: exit code {process.exit_code}, see {process.log}")


def await_stop(process: Process, failpoint: str, within: float = PATIENCE) -> None:
    """Wait until the kernel says that the process is stopped; Inconclusive if it never is."""
    deadline = monotonic() + within
    while monotonic() < deadline and process.running:
        if fired(process, failpoint) and psutil.Process(process.pid).status() == psutil.STATUS_STOPPED:
            return
        sleep(0.05)
    raise Inconclusive(f"{failpoint}: not stopped, exit code {process.exit_code}, see {process.log}")


def await_action(process: Process, action: str, times: int = 1, within: float = PATIENCE) -> None:
    """Wait until a process has logged something so often; Inconclusive if it does not."""
    deadline = monotonic() + within
    while actions(process)[action] < times:
        if monotonic() > deadline or not process.running:
            raise Inconclusive(f"no {action} from {process.name}, see {process.log}")
        sleep(0.1)
