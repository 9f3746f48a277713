"""Example folders: what is wrong with one is all named, with its place, before anything is started."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cli.demo import demo
from cli.demo.example import BadExample
from cli.demo.loading import load
from cli.exits import Exit, Failed

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/example.toml"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "examples" / "new-brunswick", tmp_path / "copy"))


def faults(folder: Path) -> list[str]:
    with pytest.raises(BadExample) as caught:
        load(folder)
    return list(caught.value.faults)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_here_is_right(path: Path) -> None:
    example = load(path)
    assert example.acts
    assert example.file.real or example.file.made_up


def test_cap_stands_in_one_place(folder: Path) -> None:
    caps = [
        (path.name, line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text().splitlines()
        if json.loads(line)["type"].endswith("cap.set.v1") and "CA-NB" in line
    ]
    assert [(name, json.loads(line)["data"]["max"]) for name, line in caps] == [("03-cap.jsonl", 150)]


def test_all_faults_of_all_files_are_named_at_once(folder: Path) -> None:
    with (folder / "05-early-orders.jsonl").open("a") as orders:
        orders.write('{"specversion": "1.0", \n{"type": "org.jembatan.report.job_order.sent.v1"}\n')
    (folder / "08-round.jsonl").unlink()
    text = (folder / "candidates.toml").read_text()
    (folder / "candidates.toml").write_text(text.replace("nb-homes-lpn-1", "nb-homes-lpn-x"))
    found = "\n".join(faults(folder))
    assert "05-early-orders.jsonl:4: whole line:" in found
    assert "05-early-orders.jsonl:5: /type:" in found
    assert "08-round.jsonl: cannot be read: No such file or directory" in found
    assert "candidates.toml: group.1.wants: no file of the example submits" in found


def test_time_that_goes_back_is_a_fault(folder: Path) -> None:
    file = folder / "06-opening.jsonl"
    file.write_text(file.read_text().replace("2025-09-01", "2025-06-01"))
    (fault,) = faults(folder)
    assert "06-opening.jsonl:1: 2025-06-01" in fault
    assert "before 2025-07-01" in fault


def test_time_after_the_steps_end_is_a_fault(folder: Path) -> None:
    file = folder / "06-opening.jsonl"
    file.write_text(file.read_text().replace("2025-09-01", "2025-09-30"))
    assert any("`until`" in fault for fault in faults(folder))


def test_a_report_without_time_is_a_fault(folder: Path) -> None:
    file = folder / "06-opening.jsonl"
    event = json.loads(file.read_text())
    del event["time"]
    file.write_text(json.dumps(event))
    assert any("06-opening.jsonl:1: /time:" in fault for fault in faults(folder))


def test_the_same_id_for_two_reports_is_a_fault(folder: Path) -> None:
    file = folder / "06-opening.jsonl"
    file.write_text(file.read_text().replace('"gnb-health-004"', '"gnb-health-001"'))
    assert any("06-opening.jsonl:1: /id:" in fault for fault in faults(folder))


def test_reporters_that_are_missing_are_a_fault(folder: Path) -> None:
    text = (folder / "reporters.toml").read_text()
    (folder / "reporters.toml").write_text(text.replace('code = "reg"', 'code = "registry"'))
    found = faults(folder)
    assert any("candidates.toml: reporter: reporters.toml names no reporter reg" in fault for fault in found)
    assert any("example.toml: act.5.step.0.answers.reporter" in fault for fault in found)


def test_reporters_of_placements_and_selections_are_looked_for_too(folder: Path) -> None:
    text = (folder / "reporters.toml").read_text()
    for code in ("visa-office", "ns-farms", "nb-homes"):
        text = text.replace(f'code = "{code}"', f'code = "no-{code}"')
    (folder / "reporters.toml").write_text(text)
    found = "\n".join(faults(folder))
    assert "act.8.step.2.placing.1.reporter: reporters.toml names no reporter visa-office" in found
    assert "act.7.step.1.selection.reporter: reporters.toml names no reporter ns-farms" in found
    assert "placing without reporter: reporters.toml names no reporter nb-homes" in found


def test_a_report_about_placements_after_its_steps_end_is_a_fault(folder: Path) -> None:
    file = folder / "example.toml"
    file.write_text(file.read_text().replace("at = 2026-05-11T02", "at = 2026-05-21T02"))
    assert any("act.8.step.4.placing.0.at: 2026-05-21" in fault for fault in faults(folder))


def test_misspelt_and_missing_fields_of_example_toml_are_named(folder: Path) -> None:
    file = folder / "example.toml"
    file.write_text(
        file.read_text()
        .replace('title = "', 'titel = "', 1)
        .replace("until = 2025-06-01", "untill = 2025-06-01")
    )
    found = "\n".join(faults(folder))
    for part in ("title", "titel", "act.0.step.0.until", "act.0.step.0.untill"):
        assert f"example.toml: {part}:" in found


def test_a_folder_that_is_none_is_said_and_nothing_is_started(tmp_path: Path) -> None:
    with pytest.raises(Failed) as caught:
        demo(tmp_path / "nowhere", folder=tmp_path / "data")
    assert caught.value.code is Exit.BAD_INPUT
    (line,) = caught.value.lines
    assert "there is no such folder" in line
    assert not (tmp_path / "data").exists()
