"""Generated candidates: the same from the same seed, valid, and lacking what the file says."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from cli.demo.evidence import WITHOUT
from cli.demo.files import CandidatesFile
from cli.demo.generator import Person, faults, people, stages
from jembatan.contracts.matching.candidates import CandidateRegisteredReport

FILE = Path(__file__).resolve().parents[3] / "examples" / "new-brunswick" / "candidates.toml"
SOURCES = {"reg": "urn:example:reg", "kp2mi": "urn:example:kp2mi"}


@pytest.fixture(scope="module")
def file() -> CandidatesFile:
    return CandidatesFile.model_validate(tomllib.loads(FILE.read_text()))


@pytest.fixture(scope="module")
def everyone(file: CandidatesFile) -> list[Person]:
    return people(file)


def test_same_seed_same_people_another_seed_others(file: CandidatesFile, everyone: list[Person]) -> None:
    assert people(file) == everyone
    assert people(file.model_copy(update={"seed": file.seed + 1})) != everyone


def test_numbers_are_those_of_the_file(file: CandidatesFile, everyone: list[Person]) -> None:
    total = sum(group.number for group in file.group)
    assert len(everyone) == len({one.id for one in everyone}) == total
    assert sum(one.turned_down for one in everyone) == file.turned_down
    sizes = Counter(len(one.lacks) for one in everyone)
    shares = (file.lacking.one, file.lacking.two, file.lacking.three)
    assert [sizes[size] for size in (1, 2, 3)] == [total * share // 100 for share in shares]
    assert all(not one.lacks for one in everyone if one.turned_down)


def test_evidence_is_valid_and_everything_that_can_lack_does(everyone: list[Person]) -> None:
    for one in everyone:
        report = json.dumps({"origin": "ID", "evidence": one.evidence})
        CandidateRegisteredReport.model_validate_json(report, strict=True)
    assert {thing for one in everyone for thing in one.lacks} == WITHOUT.keys()


def test_stages_follow_each_other_and_leave_out_who_is_turned_down(file: CandidatesFile) -> None:
    registered, judged, listed = stages(file, SOURCES, "candidates.toml")
    assert registered.last < judged.first <= judged.last < listed.first
    turned_down = {report.subject for report in judged.reports if report.name == "candidate.rejected"}
    assert len(turned_down) == file.turned_down
    assert not turned_down & {report.subject for report in listed.reports}
    ids = [(report.source, report.id) for wave in (registered, judged, listed) for report in wave.reports]
    assert len(set(ids)) == len(ids)
    assert not any(report.subject in report.id for report in registered.reports)


def test_faults_of_the_file_are_named(file: CandidatesFile) -> None:
    wrong = file.model_copy(
        update={
            "registered": file.verified,
            "tested_until": file.tested_from.replace(year=2020),
            "lacking": file.lacking.model_copy(update={"things": ("AGE",), "one": 99}),
            "group": (file.group[0].model_copy(update={"bands": ("7.0", "6.0")}), *file.group[1:]),
        }
    )
    assert {fault.partition(":")[0] for fault in faults(wrong)} == {
        "lacking", "lacking.things", "tested_until", "registered, verified, preferences", "group.0.bands",
    }  # fmt: skip
