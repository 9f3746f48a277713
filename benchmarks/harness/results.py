"""What was measured, kept as JSON under `.jembatan/bench`, for the page that is made of it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.platform import ROOT

NOT_KEPT = "BENCH_NOT_KEPT"
"""Set in the environment of a quick run."""
KEPT = ROOT / ".jembatan" / "bench" / "results"


@dataclass(frozen=True, slots=True)
class Results:
    """One benchmark: `settings` as it was run, `runs` a figure a round, `said` what more there is to say."""

    name: str
    settings: Mapping[str, Any]
    runs: Mapping[str, list[float]]
    said: Mapping[str, str] = field(default_factory=dict)
    machine: str = ""
    at: str = ""


def keep(results: Results) -> Results:
    """Write results, with the machine and the time, unless the run is a quick one; gives them back.

    Every round is kept when it is over, so a run that is interrupted has those before.
    """
    if os.environ.get(NOT_KEPT):
        return results
    KEPT.mkdir(parents=True, exist_ok=True)
    file = KEPT / f"{results.name}.json"
    now = datetime.now(UTC).isoformat(timespec="seconds")
    whole = asdict(results) | {"machine": machine(), "at": now}
    file.write_text(json.dumps(whole, indent=1) + "\n", "utf-8")
    return results


def load(name: str) -> Results | None:
    """The last results of a benchmark, if there are any."""
    file = KEPT / f"{name}.json"
    return Results(**json.loads(file.read_text("utf-8"))) if file.exists() else None


def machine() -> str:
    """System, processors, memory and Python, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    kind = _processor()
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors{kind}, {memory:.0f} GiB, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return ""
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f" ({names[0]})" if names else ""
