"""`match_file`: from a market file to a result file, with its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.market import match_file

GOLDEN = Path(__file__).parent / "golden"
MARKET, RESULT = GOLDEN / "market.json", (GOLDEN / "result.json").read_bytes()


def test_the_result_goes_to_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert match_file(MARKET, tmp_path / "result.json") == 0
    assert (tmp_path / "result.json").read_bytes() == RESULT
    assert capsys.readouterr() == ("", "")


def test_the_result_goes_to_stdout_without_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert match_file(MARKET, None) == 0
    assert capsys.readouterr() == (RESULT.decode(), "")


def test_a_bad_market_gets_every_fault_and_leaves_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    market = json.loads(MARKET.read_text())
    del market["draw"]
    market["candidates"][1]["preferences"].append("v9")
    (tmp_path / "market.json").write_text(json.dumps(market))
    (tmp_path / "result.json").write_text("older")
    assert match_file(tmp_path / "market.json", tmp_path / "result.json") == 2
    out, err = capsys.readouterr()
    assert out == "" and "/draw: is missing" in err and '"v9" is an unknown vacancy' in err
    assert all(line.startswith(f"{tmp_path / 'market.json'}: ") for line in err.splitlines())
    assert (tmp_path / "result.json").read_text() == "older"


def test_a_market_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert match_file(tmp_path / "none.json", None) == 2
    assert "none.json: cannot be read: No such file" in capsys.readouterr().err


def test_a_result_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert match_file(MARKET, tmp_path) == 1
    assert "cannot be written: Is a directory" in capsys.readouterr().err
