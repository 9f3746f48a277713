"""`python -m benchmarks.throughput`: from a backlog of reports in Kafka to the last fact in its topic.

Each round has fresh servers, in which all contestants take turns on the same backlog, in another order each
time. What each has made is compared with what it should have made before its time counts.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from benchmarks.harness import backlog as backlogs
from benchmarks.harness.contestants import ALL, LONGEST, Contestant, topic_of
from benchmarks.harness.course import Course
from benchmarks.harness.programs import Ended, Unavailable, python_of
from benchmarks.harness.results import Results, keep, machine
from benchmarks.harness.servers import INPUT, PEERS_INPUT, servers, settle
from benchmarks.report import ratios, rows, spread

REPORTS = 200_000
PROGRAMS = ("faust.single", "faust.batch", "faststream.batch")


def main() -> None:
    """Run the rounds, print the table, keep the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput", description=__doc__)
    parser.add_argument("--reports", type=int, default=REPORTS, help="in the backlog, repeats among them")
    parser.add_argument("--rounds", type=int, default=5, help="each with fresh servers")
    parser.add_argument("--only", default=",".join(ALL), help=f"some of {','.join(ALL)}")
    parser.add_argument("--seconds", type=float, default=20.0, help="after which a slow peer is stopped")
    chosen = parser.parse_args()
    print(machine(), flush=True)
    results = run(chosen.reports, chosen.rounds, chosen.only.split(","), chosen.seconds)
    print(table(results) + "\n\n" + costs(results))


def run(reports: int, rounds: int, only: Sequence[str], seconds: float) -> Results:
    """All rounds; a peer that cannot be installed or fails is left out, and it is said why."""
    some, said = _installed([ALL[name] for name in only])
    runs: dict[str, list[float]] = {one.name: [] for one in some}
    for number in range(rounds):
        for name, course in _round(reports, number, some, seconds).items():
            if isinstance(course, Ended):
                said[name] = f"not measured: {' '.join(str(course).split())[:300]}"
            else:
                runs[name].append(course.rate)
                for what, value in course.used.items():
                    runs.setdefault(f"{name} {what}", []).append(value / course.count)
                said |= {} if course.whole else {name: f"stopped after {seconds:.0f} s"}
        some = [one for one in some if len(runs[one.name]) > number]
        left = {one.name for one in some}
        runs = {name: values for name, values in runs.items() if name.split()[0] in left}
        settings = {"reports": reports, "repeats": backlogs.backlog(reports).repeats, "rounds": number + 1}
        results = keep(Results("throughput", settings, runs, said))
    return results


def _installed(wanted: Sequence[Contestant]) -> tuple[list[Contestant], dict[str, str]]:
    some, said = [], {}
    for one in wanted:
        try:
            if one.peer:
                python_of(one.peer)
            some.append(one)
        except Unavailable as why:
            said[one.name] = f"not measured: {why}"
    return some, said


def _round(
    reports: int, number: int, some: Sequence[Contestant], seconds: float
) -> dict[str, Course | Ended]:
    wanted = backlogs.backlog(reports)
    turn = number % len(some)
    courses: dict[str, Course | Ended] = {}
    with servers([PEERS_INPUT, *(topic_of(name) for name in PROGRAMS)]) as running:
        for topic in (INPUT, PEERS_INPUT):
            size = backlogs.send(running.kafka, topic, wanted, running.partitions)
        if not number:
            print(f"{reports:,} reports of {size / reports:.0f} bytes, {wanted.repeats:,} of them repeats")
        for one in (*some[turn:], *some[:turn]):
            settle(running)
            try:
                courses[one.name] = course = one.run(running, wanted, seconds if one.may_stop else LONGEST)
                told = f"{course.rate:,.0f}/s"
            except Ended as why:
                courses[one.name], told = why, str(why)
            print(f"round {number + 1}: {one.title}: {told}", flush=True)
    return courses


def table(results: Results) -> str:
    """A row a contestant: reports a second, and ours and the limit by it."""
    lines = []
    for name, one in ALL.items():
        if rates := results.runs.get(name):
            times = spread(ratios(results.runs["ours"], rates), ".2f") if "ours" in results.runs else ""
            lines.append([one.title, spread(rates, ",.0f"), times, results.said.get(name, "")])
        elif name in results.said:
            lines.append([one.title, "", "", results.said[name]])
    return rows(["report → fact", "reports/s", "Jembatan by it", ""], lines)


def costs(results: Results) -> str:
    """A row a contestant: microseconds of processor by whom, and bytes of write-ahead log, a fact."""
    lines = []
    for name, one in ALL.items():
        if f"{name} itself" in results.runs:
            used = [
                [v * 1e6 for v in results.runs[f"{name} {what}"]] for what in ("itself", "postgres", "kafka")
            ]
            log = spread(results.runs[f"{name} log"], ",.0f")
            lines.append([one.title, *(spread(values, ",.0f") for values in used), log])
    head = ["processor time a fact, µs", "the program", "PostgreSQL", "Kafka", "log a fact, bytes"]
    return rows(head, lines)


if __name__ == "__main__":
    main()
