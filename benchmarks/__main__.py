"""`python -m benchmarks`: every benchmark, the match's and the engine's, one after the other.

Each also runs alone: `python -m benchmarks.throughput --help`. `--quick` runs all of them small and once, to
see that they work; such figures are no measure, and are not kept. At the end stands what was wanted against
what was measured, in this run or the last that was kept.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from benchmarks.harness.results import NOT_KEPT
from benchmarks.page import kept
from benchmarks.page_targets import targets

QUICK = {
    "market": ["--rounds", "1"],
    "rounds": ["--candidates", "1000"],
    "throughput": ["--reports", "10000", "--rounds", "1", "--seconds", "5"],
    "latency": ["--seconds", "5", "--rounds", "1"],
    "chain": ["--reports", "2000", "--seconds", "3", "--rounds", "1"],
    "decoding": ["--events", "5000", "--rounds", "1"],
    "fold": ["--facts", "50000", "--rounds", "1"],
    "scaling": ["--reports", "2000", "--rounds", "1"],
}


def main() -> int:
    """Run those that are asked for; 1 if any has failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small, and one round of each")
    parser.add_argument("--only", default=",".join(QUICK), help=f"some of {','.join(QUICK)}")
    chosen = parser.parse_args()
    environment = {**os.environ, **({NOT_KEPT: "1"} if chosen.quick else {})}
    failed = []
    for name in chosen.only.split(","):
        print(f"\n## {name}\n", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *(QUICK[name] if chosen.quick else [])]
        if subprocess.run(command, check=False, env=environment).returncode:
            failed.append(name)
    print(f"\n## against what was wanted\n\n{targets(kept())}")
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
