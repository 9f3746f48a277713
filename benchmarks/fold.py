"""`python -m benchmarks.fold`: facts from the beginning of their topic to each subject's last state.

All come to the same digest, which is computed beforehand from what was sent. Each program measures from the
first fact that it has folded; Faust and the fold into PostgreSQL take a tenth of the facts, since they are
slow, from a topic of their own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import facts
from benchmarks.harness.contestants import of_peer
from benchmarks.harness.facts import EACH, History
from benchmarks.harness.programs import program, python_of
from benchmarks.harness.results import Results, keep, machine
from benchmarks.harness.servers import OUTPUT, servers, settle
from benchmarks.report import ratios, rows, spread
from tests.support.platform import Platform

LONGEST = 400.0
SMALLER = 10
FEW = "bench.facts"
FEWER = "facts for the slower"


@dataclass(frozen=True, slots=True)
class Side:
    """One program; `few`: it takes the smaller topic."""

    name: str
    title: str
    module: str
    python: Callable[[], Path]
    few: bool = False


def _ours() -> Path:
    return Path(sys.executable)


SIDES = (
    Side("ours", "Jembatan, a subscriber and a dict", "benchmarks.ours.fold", _ours),
    Side("quix", "Quix Streams, state in RocksDB", "benchmarks.peers.quix.fold", lambda: python_of("quix")),
    Side("faust", "Faust, a table", "benchmarks.peers.faust.fold", lambda: python_of("faust"), few=True),
    Side("replay", "Jembatan, `replay` into PostgreSQL", "benchmarks.ours.replay", _ours, few=True),
)


def main() -> None:
    """Run the rounds, print the table, keep the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fold", description=__doc__)
    parser.add_argument("--facts", type=int, default=1_000_000, help=f"of subjects with {EACH} each")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    print(machine(), flush=True)
    results = run(chosen.facts, chosen.rounds)
    print(table(results))


def run(number: int, rounds: int) -> Results:
    """All rounds, on the same servers: to read the facts leaves them as they are."""
    many, few = History(number // EACH), History(number // EACH // SMALLER)
    runs: dict[str, list[float]] = {one.name: [] for one in SIDES}
    for one in SIDES:
        one.python()
    with servers([FEW]) as running:
        for topic, history in ((OUTPUT, many), (FEW, few)):
            facts.send(running.kafka, topic, history, running.partitions)
        for turn in range(rounds):
            start = turn % len(SIDES)
            for one in (*SIDES[start:], *SIDES[:start]):
                settle(running)
                rate = _rate(running, one, few if one.few else many)
                runs[one.name].append(rate)
                print(f"round {turn + 1}: {one.title}: {rate:,.0f}/s", flush=True)
            told = {"facts": many.facts, FEWER: few.facts, "subjects": many.subjects, "rounds": turn + 1}
            results = keep(Results("fold", told, runs))
    return results


def _rate(running: Platform, side: Side, history: History) -> float:
    environment = of_peer(running, FEW if side.few else OUTPUT, "")
    environment |= {"BENCH_COUNT": str(history.facts), "BENCH_EACH": str(EACH)}
    command = [str(side.python()), "-m", side.module]
    with program(command, environment, running.folder / f"fold-{side.name}.log") as one:
        found = one.answer(LONGEST)
    if found["digest"] != history.digest:
        raise SystemExit(f"{side.title}: the digest is {found['digest']}, expected {history.digest}")
    return float(found["count"] / found["seconds"])


def table(results: Results) -> str:
    """A row a side: facts a second, and ours by it."""
    lines = []
    for one in SIDES:
        rates = results.runs[one.name]
        number = results.settings[FEWER if one.few else "facts"]
        by = spread(ratios(results.runs["ours"], rates), ".2f")
        lines.append([one.title, f"{number:,}", spread(rates, ",.0f"), by])
    return rows(["fold", "facts", "facts/s", "the first by it"], lines)


if __name__ == "__main__":
    main()
