"""`python -m tests.model [NN …]`: the full-size runs, minutes each; with no number it lists them."""

from __future__ import annotations

import sys

from tests.model.runs import FULL
from tests.model.search import Outcome, explore

LIMIT = 1_000_000


def report(name: str, outcome: Outcome) -> str:
    """One line about a run, and the shortest trace to each violation."""
    size = f"{outcome.states} states{' (cut by size: not exhaustive)' if outcome.cut else ', all'}"
    verdict = "VIOLATED" if outcome.traces else "holds"
    lines = [f"{name}: {size}, {outcome.complete} complete, {verdict}"]
    lines += [f"  {found}: {' | '.join(trace)}" for found, trace in sorted(outcome.traces.items())]
    return "\n".join(lines)


def main(numbers: list[str]) -> int:
    """Exit code 0 if all the asked-for runs hold, 1 if one does not, 2 for an unknown number."""
    if unknown := [n for n in numbers if n not in FULL]:
        print(f"no such run: {', '.join(unknown)}; there are {', '.join(FULL)}", file=sys.stderr)
        return 2
    if not numbers:
        print("\n".join(f"{number} {setting.name}" for number, setting in FULL.items()))
    outcomes = {number: explore(FULL[number], LIMIT) for number in numbers}
    for number, outcome in outcomes.items():
        print(report(f"{number} {FULL[number].name}", outcome))
    return 1 if any(outcome.traces for outcome in outcomes.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
