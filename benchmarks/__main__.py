"""`python -m benchmarks`: reports to facts, with one worker and four, on own keys and on foreign ones.

Kafka (acks=all) and PostgreSQL (fsync and synchronous_commit on) are the embedded ones, on this machine. The
settings take turns, so that a slow minute strikes all alike; each run is checked before its time counts.
"""

from __future__ import annotations

import argparse
import os
import platform as machine
import tempfile
from pathlib import Path

from benchmarks.engine import Measured, Setting, measure
from benchmarks.report import table
from tests.support.platform import platform

SETTINGS = (
    Setting(workers=1, foreign=False),
    Setting(workers=4, foreign=False),
    Setting(workers=1, foreign=True),
    Setting(workers=4, foreign=True),
)


def main() -> None:
    """Run all settings and print a table with ratios to the first."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--reports", type=int, default=20_000, help="reports of about 500 bytes in a run")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each setting")
    chosen = parser.parse_args()
    print(f"{machine.platform()}, {os.cpu_count()} processors, Python {machine.python_version()}")
    print(f"{chosen.reports} reports of candidates a run, {chosen.rounds} runs of each setting in turn\n")
    with tempfile.TemporaryDirectory() as folder, platform(Path(folder)) as running:
        measured: list[Measured] = [
            measure(running, setting, chosen.reports) for _ in range(chosen.rounds) for setting in SETTINGS
        ]
    print(table(SETTINGS, measured))


if __name__ == "__main__":
    main()
