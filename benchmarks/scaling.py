"""`python -m benchmarks.scaling`: one, two and four workers; own and foreign keys; one hot subject.

Each setting has workers of its own and a backlog, which is sent while the workers, ready, are stopped
(SIGSTOP); the clock starts when they go on. Fresh servers in each round, in which the settings take turns.
"""

from __future__ import annotations

import argparse
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from time import monotonic, sleep

from benchmarks.harness.backlog import Backlog, Place, foreign, own, send
from benchmarks.harness.contestants import LONGEST, Wrong, alive, check, serve
from benchmarks.harness.course import EVERY, End
from benchmarks.harness.hot import Shared, shared
from benchmarks.harness.results import Results, keep, machine
from benchmarks.harness.servers import INPUT, OUTPUT, servers, settle
from benchmarks.report import ratios, rows, spread
from tests.support.platform import Platform, Process

PATIENT_MS = "60000"
SETTLED = 2.0
WAIT = "seconds "


@dataclass(frozen=True, slots=True)
class Setting:
    """How many processes of the service, and whether each report lies outside its subject's partition."""

    workers: int
    foreign: bool

    @property
    def place(self) -> Place:
        return foreign if self.foreign else own

    def __str__(self) -> str:
        keys = "foreign" if self.foreign else "own"
        return f"{self.workers} worker{'s' if self.workers > 1 else ''}, {keys} keys"


SETTINGS = tuple(Setting(workers, keys) for keys in (False, True) for workers in (1, 2, 4))


def main() -> None:
    """Run the rounds, print the tables, keep the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--reports", type=int, default=10_000, help="in each backlog")
    parser.add_argument("--rounds", type=int, default=5, help="each with fresh servers")
    chosen = parser.parse_args()
    print(machine(), flush=True)
    results = run(chosen.reports, chosen.rounds)
    print(table(results) + "\n\n" + hot_table(results))


def run(reports: int, rounds: int) -> Results:
    """All rounds."""
    runs: dict[str, list[float]] = {}
    for number in range(rounds):
        turn = number % len(SETTINGS)
        with servers() as running:
            found = {str(one): _rate(running, one, reports) for one in (*SETTINGS[turn:], *SETTINGS[:turn])}
            found |= _hot(running, reports)
        for name, value in found.items():
            runs.setdefault(name, []).append(value)
            print(f"round {number + 1}: {name}: {value:,.2f}", flush=True)
        settings = {"reports in each backlog": reports, "rounds": number + 1}
        results = keep(Results("scaling", settings, runs))
    return results


def _rate(running: Platform, setting: Setting, reports: int) -> float:
    wanted = Backlog(reports, 0, f"test-{setting.workers}{setting.place.__name__}-")
    with (
        closing(End(running.kafka, OUTPUT, running.partitions)) as end,
        _workers(running, setting.workers) as there,
    ):
        before = end.count()
        with _stopped(there):
            send(running.kafka, INPUT, wanted, running.partitions, setting.place)
            settle(running)
        started = monotonic()
        _until(lambda: end.count() >= before + reports, there)
        took = monotonic() - started
    check(running.kafka, OUTPUT, wanted, whole=True)
    return reports / took


@contextmanager
def _workers(running: Platform, wanted: int) -> Iterator[list[Process]]:
    there = [serve(running, JEMBATAN_SESSION_TIMEOUT_MS=PATIENT_MS) for _ in range(wanted)]
    try:
        running.await_ready(*there)
        # Until the last who joined has its share.
        sleep(SETTLED)
        yield there
    finally:
        for process in there:
            process.stop()


@contextmanager
def _stopped(there: list[Process]) -> Iterator[None]:
    for process in there:
        process.send(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in there:
            process.send(signal.SIGCONT)


def _until(true: Callable[[], bool], there: list[Process]) -> None:
    deadline = monotonic() + LONGEST
    while not true():
        for process in there:
            alive(process)
        if monotonic() > deadline:
            raise Wrong(f"not done within {LONGEST:.0f} s")
        sleep(EVERY)


def _hot(running: Platform, reports: int) -> dict[str, float]:
    """Seconds until the others are done, with the hot subject and without it."""
    found: dict[str, float] = {}
    for hot in (False, True):
        with _workers(running, 1) as there:
            case: Shared = shared(running, reports, hot)
            with case.arrivals as arrivals:
                with _stopped(there):
                    case.send()
                    settle(running)
                started = monotonic()
                _until(lambda a=arrivals, c=case: c.is_done(a), there)  # type: ignore[misc]
                found |= case.seconds(arrivals, started)
    return found


def table(results: Results) -> str:
    """A row a setting: reports a second, and the ratio to the first."""
    base = results.runs[str(SETTINGS[0])]
    lines = [
        [name, spread(results.runs[name], ",.0f"), spread(ratios(results.runs[name], base), ".2f")]
        for name in map(str, SETTINGS)
    ]
    return rows(["workers and keys", "reports/s", "by the first"], lines)


def hot_table(results: Results) -> str:
    """How long the others took, in the hot subject's lane and outside it."""
    waits = {name.removeprefix(WAIT): v for name, v in results.runs.items() if name.startswith(WAIT)}
    lines = [[name, spread(values, ".2f")] for name, values in waits.items()]
    return rows(["one hot subject with 90 %, one worker", "seconds"], lines)


if __name__ == "__main__":
    main()
