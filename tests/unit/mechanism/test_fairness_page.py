"""What `docs/fairness.md` says of its example is so: files, tickets, the command, the check without it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.verify import verify_files
from services.matching.market import read, result_json
from services.matching.mechanism import match
from services.matching.mechanism.fast import match_compiled
from services.matching.mechanism.order import tickets

DOCS = Path(__file__).parents[3] / "docs"
PAGE, FOLDER = (DOCS / "fairness.md").read_text("utf-8"), DOCS / "fairness"
MARKET, RESULT = FOLDER / "market.json", FOLDER / "result.json"
OBJECTIONS = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_result_is_the_match_of_the_market() -> None:
    market = read(MARKET.read_bytes())
    assert result_json(match(market)) == result_json(match_compiled(market)) == RESULT.read_bytes()


def test_the_table_has_the_lists_points_and_tickets() -> None:
    market = read(MARKET.read_bytes())
    for who in market.candidates:
        points = set(who.scores.values())
        row = f"| {who.id} | {', '.join(who.preferences)} | {points.pop()} | {tickets(market)[who.id][:8]}… |"
        assert points == set() and row in PAGE
    assert all(f"| {vacancy.id} | {vacancy.openings} | |" in PAGE for vacancy in market.vacancies)


def test_the_steps_by_hand_end_in_the_result() -> None:
    result = json.loads(RESULT.read_bytes())
    assert result["matches"] == {"c1": "nurse", "c2": "aide", "c4": "home"}
    assert "So c1 gets nurse, c2 aide, c4 home." in PAGE
    partnership = "ID:CA-NB:ISIC4-Q:G2G:1"
    assert {place: last["candidate"] for place, last in result["cutoffs"].items()} == {
        "nurse": "c1",
        partnership: "c4",
    }
    steps = {
        who: [(s["vacancy"], s["node"], s["before"]) for s in o] for who, o in result["passed_over"].items()
    }
    assert steps == {
        "c2": [("nurse", "nurse", "c1")],
        "c3": [("aide", partnership, "c4"), ("home", partnership, "c4")],
        "c5": [("home", partnership, "c4"), ("aide", partnership, "c4")],
    }


def test_the_command_says_what_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_files(MARKET, RESULT, as_json=False) == 0
    shown = "$ jembatan verify docs/fairness/market.json docs/fairness/result.json\n"
    assert f"```console\n{shown}{capsys.readouterr().out}```" in PAGE


def test_the_check_without_our_tool_prints_what_the_page_shows() -> None:
    assert f"it prints\n\n```\n{_objections(FOLDER)}```" in PAGE


def test_the_check_without_our_tool_finds_who_may_object(tmp_path: Path) -> None:
    (tmp_path / "market.json").write_bytes(MARKET.read_bytes())
    result = json.loads(RESULT.read_bytes())
    result["matches"] = {"c2": "nurse", "c3": "aide", "c4": "home", "c5": "home"}
    (tmp_path / "result.json").write_text(json.dumps(result))
    said = _objections(tmp_path).splitlines()
    assert said[1:] == [
        "secrets as committed True",
        "wishes kept True",
        "caps kept False",
        "c1 has a right to object about nurse",
        "c1 has a right to object about aide",
    ]


def _objections(folder: Path) -> str:
    assert OBJECTIONS is not None
    command = [sys.executable, "-c", OBJECTIONS[1]]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
