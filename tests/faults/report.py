"""Writes docs/reliability.md from the results of `make faults`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.faults.elsewhere import lines
from tests.faults.mutants import COVERED, MUTANTS
from tests.faults.test_mutants import RED

ROOT = Path(__file__).resolve().parents[2]
TEXT = Path(__file__).with_name("reliability.md.in")

WORDS = 160
PATH = re.compile(r"(/[\w.-]+){2,}")
"""Where something lies on the machine that ran it says nothing to others."""


def runs(results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One line for each run of a seed on a commit: from when to when, how many tests, how many held."""
    found: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    for result in results.values():
        found.setdefault((result["seed"], result["commit"]), []).append(result)
    return [_run(*run, cases) for run, cases in sorted(found.items())]


def _run(seed: int, commit: str, cases: Sequence[Mapping[str, Any]]) -> str:
    ends = sorted(datetime.fromisoformat(case["ended"]) for case in cases)
    held = sum(case["outcome"] == "passed" for case in cases)
    minutes = (ends[-1] - ends[0]).total_seconds() / 60
    return f"| {seed} | `{commit}` | {ends[-1]:%Y-%m-%d} | {held} of {len(cases)} | {minutes:.0f} |"


def rows(results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One line for each kind of fault: what is done, in how many cases, how many held."""
    kinds: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for result in results.values():
        if result["faults"]:
            kinds.setdefault((result["faults"], result["what"]), []).append(result)
    return [_row(*kind, cases) for kind, cases in sorted(kinds.items())]


def _row(faults: str, what: str, cases: Sequence[Mapping[str, Any]]) -> str:
    held = sum(case["outcome"] == "passed" for case in cases)
    failed = ", ".join(sorted(_failed(case) for case in cases if case["outcome"] != "passed"))
    seeds = ", ".join(map(str, sorted({case["seed"] for case in cases})))
    seconds = sum(case["seconds"] for case in cases)
    outcome = f"{held} of {len(cases)}" + (f"; not: {failed}" if failed else "")
    return f"| {faults} | {what} | {outcome} | {seeds} | {seconds:.0f} |"


def _failed(case: Mapping[str, Any]) -> str:
    return f"{case['case'] or 'it'} (seed {case['seed']})"


def failures(results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One line for each case that did not hold, with the first words of why."""
    failed = [(name, result) for name, result in sorted(results.items()) if result["outcome"] != "passed"]
    lines = [f"- `{name.rpartition('::')[2]}`: {_words(result)}" for name, result in failed]
    return lines or ["Nothing."]


def _words(result: Mapping[str, Any]) -> str:
    words = PATH.sub("…", " ".join(str(result.get("why") or "no words").split()))
    return f"{words[:WORDS]} …" if len(words) > WORDS else words


def figures(results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One line for each thing that was measured, with the value of each seed."""
    found: dict[tuple[str, str], list[float]] = {}
    for _, result in sorted(results.items()):
        for what, (value, unit) in result.get("figures", {}).items():
            found.setdefault((what, unit), []).append(value)
    return [
        f"| {what} | {', '.join(map(_number, vs))} {unit} |" for (what, unit), vs in sorted(found.items())
    ]


def _number(value: float) -> str:
    return f"{value:,.1f}" if value < 100 and value != int(value) else f"{value:,.0f}"


def mutants(results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One line for each mutant: what is out, the test that turns red, and whether it did."""
    outcomes: dict[str, set[str]] = {}
    for result in results.values():
        if result["faults"] == "F60":
            outcomes.setdefault(result["case"], set()).add(result["outcome"])
    lines = []
    for name, mutant in MUTANTS.items():
        does = {(): "not run", ("passed",): "yes"}.get(tuple(outcomes.get(name, ())), "**no**")
        lines.append(f"| `{name}` | {mutant.without} | `{RED[name].test}` | {does} |")
    return lines + [f"| `{name}` | {one.without} | {one.why} | – |" for name, one in COVERED.items()]


def _elsewhere(results: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    outcomes: dict[str, list[str]] = {}
    for result in results.values():
        if not result["faults"]:
            outcomes.setdefault(result["what"], []).append(result["outcome"])
    return outcomes


def write(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The page."""
    text = TEXT.read_text()
    tables = {"results": rows(results), "mutants": mutants(results), "figures": figures(results)}
    tables["failures"] = failures(results)
    tables["runs"] = runs(results)
    tables["elsewhere"] = lines(Path(__file__).parent, _elsewhere(results))
    for name, table in tables.items():
        text = text.replace(f"{{{name}}}", "\n".join(table))
    return text


if __name__ == "__main__":
    found = {name: one for name, one in json.loads(Path(sys.argv[1]).read_text()).items() if "commit" in one}
    (ROOT / "docs" / "reliability.md").write_text(write(found))
