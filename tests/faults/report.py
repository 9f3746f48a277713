"""Writes docs/reliability.md from the results of `make faults`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.faults.mutants import COVERED, MUTANTS
from tests.faults.test_mutants import RED

ROOT = Path(__file__).resolve().parents[2]
TEXT = Path(__file__).with_name("reliability.md.in")


def rows(results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One line for each kind of fault: what is done, in how many cases, how many held."""
    kinds: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for result in results.values():
        kinds.setdefault((result["faults"], result["what"]), []).append(result)
    return [_row(*kind, cases) for kind, cases in sorted(kinds.items())]


def _row(faults: str, what: str, cases: Sequence[Mapping[str, Any]]) -> str:
    held = sum(case["outcome"] == "passed" for case in cases)
    failed = ", ".join(sorted(case["case"] or "it" for case in cases if case["outcome"] != "passed"))
    seeds = ", ".join(map(str, sorted({case["seed"] for case in cases})))
    seconds = sum(case["seconds"] for case in cases)
    outcome = f"{held} of {len(cases)}" + (f"; not: {failed}" if failed else "")
    return f"| {faults} | {what} | {outcome} | {seeds} | {seconds:.0f} |"


def mutants(results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One line for each mutant: what is out, the test that turns red, and whether it did."""
    outcomes = {r["case"]: r["outcome"] for r in results.values() if r["faults"] == "F60"}
    words = {"passed": "yes", "failed": "**no**"}
    lines = []
    for name, mutant in MUTANTS.items():
        does = words.get(outcomes.get(name, ""), "not run")
        lines.append(f"| `{name}` | {mutant.without} | `{RED[name].test}` | {does} |")
    return lines + [f"| `{name}` | covered | {why} | – |" for name, why in COVERED.items()]


def write(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The page."""
    text = TEXT.read_text()
    return text.replace("{results}", "\n".join(rows(results))).replace(
        "{mutants}", "\n".join(mutants(results))
    )


if __name__ == "__main__":
    found = json.loads(Path(sys.argv[1]).read_text())
    (ROOT / "docs" / "reliability.md").write_text(write(found))
