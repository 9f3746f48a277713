"""`python -m benchmarks.market`: the compiled match against a plain heap and the public libraries.

Every time is processor time of the one process that computes, so that what else runs on the machine counts as
little as can be; each size has a process of its own, in which both sides take turns. Results are compared
before any time counts. `--plot FILE` draws how time grows.
"""

from __future__ import annotations

import argparse
import os
import platform as machine
import subprocess
import sys
from pathlib import Path

from benchmarks import libraries, stages
from benchmarks.growth import Grown, run
from benchmarks.plot import svg
from benchmarks.report import spread

SIZES = ((1_000, 50), (10_000, 300), (100_000, 2_000), (1_000_000, 10_000))


def main() -> None:
    """Run all and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.market", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each side at each size")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="where the SVG goes")
    parser.add_argument("--grow", nargs=2, type=int, metavar=("PEOPLE", "VACANCIES"), help=argparse.SUPPRESS)
    parser.add_argument("--stage", nargs=2, type=int, metavar=("PEOPLE", "VACANCIES"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.grow:
        print(run(chosen.grow[0], chosen.grow[1], chosen.rounds).to_json())
    elif chosen.stage:
        print(stages.table(*chosen.stage))
    else:
        _all(chosen.rounds, chosen.plot)


def _all(rounds: int, plot: Path | None) -> None:
    print(f"{machine.platform()}, {os.cpu_count()} processors, Python {machine.python_version()}")
    print(f"Processor seconds, median (least to most) of {rounds} runs in turn\n")
    grown = [Grown.from_json(_child("--grow", size, rounds)) for size in SIZES]
    print(_growth(grown), flush=True)
    if plot is not None:
        plot.write_text(svg([(one.people, one.ours, one.heap) for one in grown]), "utf-8")
    print("\n" + libraries.table(rounds), flush=True)
    for size in SIZES[-2:]:
        print("\n" + _child("--stage", size, rounds), flush=True)


def _growth(grown: list[Grown]) -> str:
    lines = [
        "| candidates x vacancies | requests | compiled | plain heap | ratio | first call | peak memory |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in grown:
        ratios = [slow / fast for slow, fast in zip(one.heap, one.ours, strict=False)]
        lines.append(
            f"| {one.people:,} x {one.vacancies:,} | {one.requests:,} | {spread(one.ours, '.4f')}"
            f" | {spread(one.heap, '.3f')} | {spread(ratios, '.0f')} | {one.first:.2f} | {one.memory} MiB |"
        )
    return "\n".join(lines)


def _child(what: str, size: tuple[int, int], rounds: int) -> str:
    command = [sys.executable, "-m", "benchmarks.market", what, *map(str, size), "--rounds", str(rounds)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


if __name__ == "__main__":
    main()
