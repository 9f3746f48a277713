"""`python -m benchmarks.page`: writes docs/performance.md from the results of the last `make bench`,
and of the two long runs that it leaves out, `benchmarks.endurance` and `benchmarks.replaying`.

What was not measured says so; no figure is written by hand.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from benchmarks import chain, decoding, endurance, fold, latency, replaying, scaling, throughput
from benchmarks.harness.results import Results, load
from benchmarks.page_targets import limits, targets
from tests.support.platform import ROOT

TEMPLATE = Path(__file__).with_name("performance.md.in")
PAGE = ROOT / "docs" / "performance.md"
NOT_MEASURED = "Not measured in the last run."
GROWTH = ROOT / "docs" / "growth.svg"
NAMES = ("throughput", "latency", "chain", "decoding", "fold", "scaling", "endurance", "replaying")
TABLES = {
    "throughput": throughput.table,
    "costs": throughput.costs,
    "latency": latency.table,
    "chain": chain.table,
    "decoding": decoding.table,
    "fold": fold.table,
    "scaling": scaling.table,
    "hot": scaling.hot_table,
    "endurance": lambda found: (
        f"{endurance.table(found)}\n\n![Memory and tables over the reports](growth.svg)"
    ),
    "replaying": replaying.table,
}
OF = {"costs": "throughput", "hot": "scaling"}
"""Tables that are made of another benchmark's results."""


def main() -> int:
    """Write the page; 1 if nothing was measured at all."""
    if not (there := kept()):
        print("There are no results; run `make bench` first.", file=sys.stderr)
        return 1
    parts = {name: _table(name, there) for name in TABLES}
    parts |= {f"{name}_settings": _settings(there.get(name)) for name in NAMES}
    parts |= {
        "machine": _machine(there),
        "peers": _peers(),
        "targets": targets(there),
        "limits": limits(there),
    }
    PAGE.write_text(re.sub(r"@(\w+)@", lambda found: parts[found[1]], TEMPLATE.read_text("utf-8")), "utf-8")
    if grown := there.get("endurance"):
        GROWTH.write_text(endurance.plot(grown), "utf-8")
    return 0


def kept() -> dict[str, Results]:
    """The last results of each benchmark that has some."""
    return {name: found for name in NAMES if (found := load(name))}


def _table(name: str, there: dict[str, Results]) -> str:
    found = there.get(OF.get(name, name))
    return TABLES[name](found) if found else NOT_MEASURED


def _peers() -> str:
    """Each peer's library as its lock names it."""
    found = []
    for lock in sorted((ROOT / "benchmarks" / "peers").glob("*/requirements.txt")):
        pins = re.findall(r"^([a-z-]+)==([0-9.]+)", lock.read_text("utf-8"), re.MULTILINE)
        found += [f"{name} {version}" for name, version in pins if name.startswith(lock.parent.name)]
    return ", ".join(found)


def _machine(there: dict[str, Results]) -> str:
    machines = sorted({one.machine for one in there.values()})
    days = sorted({one.at[:10] for one in there.values()})
    return f"{'; '.join(machines)}; {', '.join(days)}"


def _settings(found: Results | None) -> str:
    if found is None:
        return ""
    told = [f"{_number(value)} {name}" for name, value in found.settings.items()]
    return f"{', '.join(told)}.".capitalize()


def _number(value: object) -> str:
    if isinstance(value, dict):
        return " and ".join(f"{number:,} ({name})" for name, number in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    sys.exit(main())
