"""`python -m benchmarks.chain`: three services one after the other, at full rate and at 70 % of it.

Each service takes an event, keeps a row a subject and publishes a fact, which the next one takes. Ours are
the engine with rules of one line; the peers are three Faust apps with a transaction an event. Full rate: a
backlog that waits, until the last fact of the third service. At 70 % of each side's own full rate: the time
from sending a report until a subscriber has that fact.
"""

from __future__ import annotations

import argparse
import json
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from time import monotonic, sleep
from typing import Protocol

from confluent_kafka import Producer

from benchmarks.harness.backlog import HEADERS, SOURCE, own
from benchmarks.harness.contestants import LONGEST, Wrong, of_peer, serve
from benchmarks.harness.course import EVERY, End
from benchmarks.harness.pace import Arrivals, Latencies, Sending, latencies, paced, reporter
from benchmarks.harness.programs import Program, program, python_of
from benchmarks.harness.results import Results, keep, machine
from benchmarks.harness.servers import servers, settle
from benchmarks.ours.chain import LINKS, TABLE
from benchmarks.report import ratios, rows, spread
from tests.support.kafka import Reports
from tests.support.platform import Platform, query

SHARE = 0.7
WARM = 2.0
HOPS = ("bench.chain.0", "bench.chain.1", "bench.chain.2", "bench.chain.3")
TITLES = {"ours": "Jembatan", "faust": "Faust, a transaction an event"}
COUNTRIES = [f"{a}{b}" for a in "ABCDEF" for b in "KLMNOPQ"]


class Sendable(Protocol):
    """A process that signals can be sent to."""

    def send(self, what: signal.Signals) -> None: ...


@dataclass(frozen=True, slots=True)
class Side:
    """Who runs the chain, from which topic to which."""

    name: str
    source: str
    end: str
    run: Callable[[Platform], AbstractContextManager[Sequence[Sendable]]]


@contextmanager
def _ours(running: Platform) -> Iterator[Sequence[Sendable]]:
    for name in LINKS:
        query(running.postgres, TABLE.format(name))
    running.command = ("benchmarks.ours.chain",)
    more = {"JEMBATAN_POSTGRES": running.postgres, "JEMBATAN_SESSION_TIMEOUT_MS": "60000"}
    there = [serve(running, name, **more) for name in LINKS]
    try:
        running.await_ready(*there)
        yield there
    finally:
        for process in there:
            process.stop()


@contextmanager
def _faust(running: Platform) -> Iterator[Sequence[Sendable]]:
    command = [str(python_of("faust")), "-m", "benchmarks.peers.faust.link"]
    with ExitStack() as stack:
        there = []
        for number, (source, output) in enumerate(pairwise(HOPS)):
            environment = of_peer(running, source, output) | ({} if number else {"BENCH_FIRST": "1"})
            log = running.folder / f"link-{number}.log"
            there.append(stack.enter_context(program(command, environment, log)))
        yield there


SIDES = (
    Side("ours", "partners.reports", "matching.facts", _ours),
    Side("faust", HOPS[0], HOPS[-1], _faust),
)


def main() -> None:
    """Run the rounds, print the table, keep the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chain", description=__doc__)
    parser.add_argument("--reports", type=int, default=5_000, help="in our backlog; Faust's has a fifth")
    parser.add_argument("--seconds", type=int, default=10, help="at 70 %%")
    parser.add_argument("--rounds", type=int, default=5, help="each with fresh servers")
    chosen = parser.parse_args()
    print(machine(), flush=True)
    results = run(chosen.reports, chosen.seconds, chosen.rounds)
    print(table(results))


def run(reports: int, seconds: int, rounds: int) -> Results:
    """All rounds."""
    counts = {"ours": reports, "faust": reports // 5}
    runs: dict[str, list[float]] = {}
    python_of("faust")
    for number in range(rounds):
        with servers(HOPS) as running:
            for side in SIDES if number % 2 else reversed(SIDES):
                settle(running)
                rate, late = _measure(running, side, counts[side.name], seconds)
                found = {"rate": rate, "p50": late.p50, "p99": late.p99}
                for what, value in found.items():
                    runs.setdefault(f"{side.name} {what}", []).append(value)
                told = f"{rate:,.0f}/s, p50 {late.p50:.1f} ms, p99 {late.p99:.1f} ms at 70 %"
                print(f"round {number + 1}: {TITLES[side.name]}: {told}", flush=True)
        settings = {"reports": counts, "seconds": seconds, "rounds": number + 1}
        results = keep(Results("chain", settings, runs))
    return results


@dataclass(frozen=True, slots=True)
class _Run:
    """A chain at work, who reports to it, and who reads its last fact."""

    running: Platform
    side: Side
    there: Sequence[Sendable]
    arrivals: Arrivals
    producer: Producer

    def alive(self) -> None:
        for process in self.there:
            if isinstance(process, Program):
                process.alive()

    def paced(self, stage: str, number: int, rate: float) -> dict[str, float]:
        """Send so many at that rate and wait for their facts; gives when each was sent."""
        subjects = [_subject(stage, one) for one in range(number)]
        what = [Sending(one, _text(one), own(one, self.running.partitions)) for one in subjects]
        sent = paced(self.producer, self.side.source, HEADERS, what, rate)
        self.arrivals.until(set(sent), self.alive)
        return sent


def _measure(running: Platform, side: Side, reports: int, seconds: int) -> tuple[float, Latencies]:
    with side.run(running) as there, Arrivals(running.kafka, side.end, running.partitions) as arrivals:
        one = _Run(running, side, there, arrivals, reporter(running.kafka))
        one.paced("first", 1, 1.0)
        rate = _full(running, side, there, reports)
        arrivals.until({_subject("full", number) for number in range(reports)}, one.alive)
        one.paced("warm", round(WARM * SHARE * rate), SHARE * rate)
        sent = one.paced("paced", round(seconds * SHARE * rate), SHARE * rate)
        return rate, latencies(sent, arrivals.at)


def _full(running: Platform, side: Side, there: Sequence[Sendable], reports: int) -> float:
    with closing(End(running.kafka, side.end, running.partitions)) as end:
        before = end.count()
        for process in there:
            process.send(signal.SIGSTOP)
        _send(running, side.source, reports)
        settle(running)
        started = monotonic()
        for process in there:
            process.send(signal.SIGCONT)
        while end.count() < before + reports:
            if monotonic() - started > LONGEST:
                raise Wrong(f"{side.name}: {end.count() - before} of {reports} after {LONGEST:.0f} s")
            sleep(EVERY)
        return reports / (monotonic() - started)


def _send(running: Platform, topic: str, reports: int) -> None:
    sender = Reports(running.kafka, SOURCE)
    for number in range(reports):
        subject = _subject("full", number)
        where = own(subject, running.partitions)
        sender.raw(topic, _text(subject), HEADERS, subject.encode(), str(number), partition=where)
    sender.flush()


def _subject(stage: str, number: int) -> str:
    return f"test-{stage}-{number}"


def _text(subject: str) -> bytes:
    data = {"published_on": "2023-03-08", "countries": COUNTRIES}
    about = {"id": f"report-{subject}", "source": SOURCE, "subject": subject}
    kind = {"type": "org.jembatan.report.safeguards.published.v1", "datacontenttype": "application/json"}
    return json.dumps({"specversion": "1.0"} | about | kind | {"data": data}).encode()


def table(results: Results) -> str:
    """A row a side: full rate, both quantiles at 70 % of it, and ours by it."""
    lines = []
    for name, title in TITLES.items():
        cells = [spread(results.runs[f"{name} {what}"], ",.0f") for what in ("rate", "p50", "p99")]
        by = [
            spread(ratios(results.runs[f"ours {what}"], results.runs[f"{name} {what}"]), ".2f")
            for what in ("rate", "p99")
        ]
        lines.append([title, *cells, *by])
    head = ["three services", "reports/s", "p50 at 70 %, ms", "p99 at 70 %, ms"]
    return rows([*head, "Jembatan's rate by it", "Jembatan's p99 by it"], lines)


if __name__ == "__main__":
    main()
