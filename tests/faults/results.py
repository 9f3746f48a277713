"""What each fault came to, kept in a file from which docs/reliability.md is written."""

from __future__ import annotations

import fcntl
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.faults.elsewhere import names
from tests.support.platform import ROOT

PROVES = "proves"
FIGURES = "figures"
Measured = Callable[[str, float, str], None]
"""Keeps a figure: what was measured, its value and its unit."""


class Results:
    """Writes each test's outcome as it comes, over what earlier runs left of other tests.

    So pieces of the suite add up. Workers side by side each read the file anew before they write.
    """

    def __init__(self, file: Path, seed: int) -> None:
        self._file = file
        self._seed = seed
        self._commit = _commit()
        self._elsewhere = frozenset(names())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:  # noqa: ANN401
        report = yield
        marker = item.get_closest_marker(PROVES)
        faults, what = marker.args if marker else ("", item.nodeid.partition("[")[0])
        if (marker or what in self._elsewhere) and (report.when == "call" or report.failed):
            self._keep(item, faults, what, report)
        return report

    def _keep(self, item: pytest.Item, faults: str, what: str, report: pytest.TestReport) -> None:
        name = item.nodeid
        result = {
            "faults": faults,
            "what": what,
            "case": name.partition("[")[2].rstrip("]"),
            "outcome": report.outcome,
            "why": _why(report),
            "seconds": round(report.duration, 1),
            "commit": self._commit,
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            FIGURES: dict(item.user_properties),
        }
        self._write(f"{name} seed {self._seed}", result | {"seed": self._seed})

    def _write(self, name: str, result: dict[str, Any]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = json.loads(self._file.read_text()) if self._file.exists() else {}
            self._file.write_text(json.dumps(found | {name: result}, indent=1, sort_keys=True))


def _commit() -> str:
    """What runs: the commit, and whether anything differs from it."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=10", "--exclude=*"],
        cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    return told.stdout.strip() or "unknown"


def _why(report: pytest.TestReport) -> str:
    """The first words of a failure."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash else report.longrepr or "")[:500]


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Keeps figures beside the test's result."""

    def keep(what: str, value: float, unit: str) -> None:
        request.node.user_properties.append((what, [value, unit]))

    return keep
