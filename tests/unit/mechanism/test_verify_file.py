"""`verify_files`: from two files to what is said about them and an exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.exits import Failed
from cli.market import match_file
from cli.verify import verify_files
from services.matching.market import BadResult, read_result
from tests.unit.mechanism.test_match_file import GOLDEN, MARKET

RESULT = GOLDEN / "result.json"


def test_a_right_result_is_said_to_be_verified(capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_files(MARKET, RESULT, as_json=False) == 0
    out, err = capsys.readouterr()
    assert (
        out.endswith("\nNote: The market names no secrets: rho is taken as given.\nVerified.\n") and err == ""
    )


def test_what_match_wrote_is_verified(tmp_path: Path) -> None:
    assert match_file(MARKET, tmp_path / "result.json") == 0
    assert verify_files(MARKET, tmp_path / "result.json", as_json=False) == 0


def test_a_wrong_result_ends_with_the_first_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify_files(MARKET, _changed(tmp_path, matches={"c1": "v2", "c2": "v2"}), as_json=False) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "NOT verified: candidate c2: the file says v2; computed anew it is v1."


def test_the_same_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_files(MARKET, RESULT, as_json=True) == 0
    right = json.loads(capsys.readouterr().out)
    assert right["verified"] is True and right["difference"] is None and right["round_id"] == "nb-2025-1"
    assert all(check["passed"] for check in right["checks"])
    assert verify_files(MARKET, _changed(tmp_path, digest="0" * 64), as_json=True) == 1
    wrong = json.loads(capsys.readouterr().out)
    assert wrong["verified"] is False and wrong["difference"].startswith("the file says the digest is 000")
    assert [check["check"] for check in wrong["checks"] if not check["passed"]] == ["digest"]


def test_every_fault_of_both_files_is_named(tmp_path: Path) -> None:
    market = json.loads(MARKET.read_text())
    market["candidates"][0]["preferences"] = ["v9"]
    (tmp_path / "market.json").write_text(json.dumps(market))
    with pytest.raises(Failed) as failed:
        verify_files(tmp_path / "market.json", _changed(tmp_path, digest=1, more=2), as_json=False)
    assert failed.value.code == 2
    told = "\n".join(failed.value.lines)
    assert '"v9" is an unknown vacancy' in told and "/digest: must be a string" in told
    assert "/more: is no field of jembatan.result/1" in told


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(Failed) as failed:
        verify_files(tmp_path / "a", tmp_path / "b", as_json=True)
    assert failed.value.code == 2
    assert [line.split(": ")[-1] for line in failed.value.lines] == ["No such file or directory"] * 2


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", "the file is not JSON"),
        (b"\xff", "the file is not UTF-8 text"),
        (b"[]", "the result must be a JSON object, not []"),
        (b'{"format": "jembatan.market/1"}', '/format: must be "jembatan.result/1", not "jembatan.market/1"'),
        (b"{}", '/format: is missing: give "jembatan.result/1"'),
        (b'{"a": 1, "a": 2}', 'one object has the key "a" 2 times: keep one'),
        (b'{"matches": {"c 1": "v1"}}', "must be an id: 1 to 64"),
        (b'{"cutoffs": {"v1": {"score": 1.0}}}', "/cutoffs/v1/score: must be a whole number, not 1.0"),
        (b'{"passed_over": {"c1": {}}}', "/passed_over/c1: must be a list, not {}"),
        (b'{"snapshot": "AB"}', "/snapshot: must be 64 lower-case hex digits"),
    ],
)
def test_what_is_no_result_gets_every_fault(raw: bytes, fault: str) -> None:
    with pytest.raises(BadResult) as bad:
        read_result(raw)
    assert fault in str(bad.value)


def _changed(folder: Path, **changes: Any) -> Path:  # noqa: ANN401
    path = folder / "changed.json"
    path.write_text(json.dumps({**json.loads(RESULT.read_text()), **changes}))
    return path
