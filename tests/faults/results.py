"""What each fault came to, kept in a file from which docs/reliability.md is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

PROVES = "proves"


class Results:
    """Writes each test's outcome as it comes, over what an earlier run left of other tests."""

    def __init__(self, file: Path, seed: int) -> None:
        self._file = file
        self._seed = seed
        self._found: dict[str, dict[str, Any]] = json.loads(file.read_text()) if file.exists() else {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:  # noqa: ANN401
        report = yield
        marker = item.get_closest_marker(PROVES)
        if marker and report.when == "call":
            self._keep(item, marker, report)
        return report

    def _keep(self, item: pytest.Item, marker: pytest.Mark, report: pytest.TestReport) -> None:
        self._found[item.nodeid] = {
            "faults": marker.args[0],
            "what": marker.args[1],
            "case": item.nodeid.partition("[")[2].rstrip("]"),
            "outcome": report.outcome,
            "seconds": round(report.duration, 1),
            "seed": self._seed,
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps(self._found, indent=1, sort_keys=True))
