"""`python -m benchmarks`: every benchmark of the engine, one after the other.

Each also runs alone: `python -m benchmarks.throughput --help`. `--quick` runs all in a few minutes, to see
that they work; its figures are no measure.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

QUICK = {
    "throughput": ["--reports", "5000", "--rounds", "1", "--seconds", "3"],
}
ALL = tuple(QUICK)


def main() -> int:
    """Run those that are asked for; the number of those that failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small, and one round of each")
    parser.add_argument("--only", default=",".join(ALL), help=f"some of {','.join(ALL)}")
    chosen = parser.parse_args()
    failed = 0
    for name in chosen.only.split(","):
        print(f"\n{name}", flush=True)
        arguments = QUICK[name] if chosen.quick else []
        failed += (
            subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *arguments], check=False).returncode
            != 0
        )
    return failed


if __name__ == "__main__":
    sys.exit(main())
