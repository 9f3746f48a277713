"""`python -m benchmarks.latency`: from a report to its fact at a steady pace, as a subscriber sees it.

The clock runs from the call that sends the report, with the reporter's linger, until a subscriber has read
the fact. The limit is measured in the same round: a durable write, a linger, a round trip to the broker.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import sleep

from benchmarks.harness.backlog import HEADERS, backlog, own, text
from benchmarks.harness.contestants import of_peer, serve, topic_of
from benchmarks.harness.pace import Arrivals, Latencies, Sending, latencies, paced, reporter
from benchmarks.harness.programs import program, python_of
from benchmarks.harness.results import Results, keep, machine
from benchmarks.harness.servers import INPUT, OUTPUT, PEERS_INPUT, servers, settle
from benchmarks.limits import waiting
from benchmarks.report import ratios, rows, spread
from tests.support.platform import Platform

FAUST = topic_of("faust.single")
SCRATCH = "bench.scratch"
WARM = 5.0
TITLES = {"ours": "Jembatan", "faust": "Faust, a transaction an event"}


def main() -> None:
    """Run the rounds, print the table, keep the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__)
    parser.add_argument("--rate", type=int, default=200, help="reports a second")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=5, help="each with fresh servers")
    chosen = parser.parse_args()
    print(machine(), flush=True)
    results = run(chosen.rate, chosen.seconds, chosen.rounds)
    print(table(results))


def run(rate: int, seconds: int, rounds: int) -> Results:
    """All rounds: the limit, then both, the one that comes first being another each time."""
    runs: dict[str, list[float]] = {}
    python_of("faust")
    for number in range(rounds):
        with servers([PEERS_INPUT, FAUST, SCRATCH]) as running:
            found = {"limit": waiting.limit(running.folder, running.kafka, SCRATCH, text("test-l"))}
            for name in (tuple(SIDES), tuple(reversed(SIDES)))[number % 2]:
                settle(running)
                one = SIDES[name](running, rate, seconds)
                found |= {f"{name} p50": one.p50, f"{name} p99": one.p99}
            for name, value in found.items():
                runs.setdefault(name, []).append(value)
            print(f"round {number + 1}: {', '.join(f'{k} {v:.1f} ms' for k, v in found.items())}", flush=True)
        settings = {"reports a second": rate, "seconds": seconds, "rounds": number + 1}
        results = keep(Results("latency", settings, runs))
    return results


def _ours(running: Platform, rate: int, seconds: int) -> Latencies:
    process = serve(running)
    running.await_ready(process)
    try:
        return _measure(running, INPUT, OUTPUT, "ours", rate, seconds)
    finally:
        process.stop()


def _faust(running: Platform, rate: int, seconds: int) -> Latencies:
    command = [str(python_of("faust")), "-m", "benchmarks.peers.faust.single"]
    with program(command, of_peer(running, PEERS_INPUT, FAUST), running.folder / "faust.log"):
        return _measure(running, PEERS_INPUT, FAUST, "faust", rate, seconds)


SIDES: dict[str, Callable[[Platform, int, int], Latencies]] = {"ours": _ours, "faust": _faust}


def _measure(running: Platform, source: str, output: str, name: str, rate: int, seconds: int) -> Latencies:
    """First one report, until it is answered, and some seconds of warming up; then what counts."""
    producer = reporter(running.kafka)
    with Arrivals(running.kafka, output, running.partitions) as arrivals:
        for stage, length in (("first", 1 / rate), ("warm", WARM), ("paced", float(seconds))):
            what = _reports(f"test-{name}-{stage}-", round(length * rate), running.partitions)
            sent = paced(producer, source, HEADERS, what, rate)
            arrivals.until(set(sent), lambda: None)
            sleep(0.5)
        return latencies(sent, arrivals.at)


def _reports(prefix: str, number: int, partitions: int) -> list[Sending]:
    wanted = backlog(number, 0.0, prefix)
    return [Sending(subject, value, own(subject, partitions)) for subject, value in wanted]


def table(results: Results) -> str:
    """A row a side: both quantiles, and the greater one by the limit and by Faust's."""
    limits = results.runs["limit"]
    lines = [["the limit: fdatasync + linger + round trip", spread(limits, ".1f"), "", "", ""]]
    for name, title in TITLES.items():
        p50, p99 = results.runs[f"{name} p50"], results.runs[f"{name} p99"]
        by = [spread(ratios(p99, base), ".2f") for base in (limits, results.runs["faust p99"])]
        lines.append([title, spread(p50, ".1f"), spread(p99, ".1f"), *by])
    return rows(["latency, ms", "p50", "p99", "p99 by the limit", "p99 by Faust's"], lines)


if __name__ == "__main__":
    main()
