"""`reporters.toml`: every fault is named, and where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from jembatan.contracts.own_topics import own_topics
from jembatan.contracts.registry import SERVICES
from jembatan.contracts.reporters import BadReporters, load_reporters

GOOD = '[[reporter]]\ncode = "a"\nsource = "urn:a"\ntypes = ["candidate.*"]\nown_topics = true\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD + '[[reporter]]\ncode = "B b"\nsource = "urn:b"\ntypes = ["*"]\n',
            "reporter 2 (urn:b): code: ",
        ),
        (GOOD + '[[reporter]]\ncode = "b"\ntypes = ["*"]\n', "reporter 2 (no source): source: "),
        ("reporter = [1]", "reporter 1 (1): "),
        ("reporter = 1", "reporter: "),
        (GOOD + GOOD, "two reporters with the source urn:a"),
        ("[[reporter", "not TOML"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "reporters.toml"
    path.write_text(text)
    with pytest.raises(BadReporters) as error:
        load_reporters(path)
    assert str(path) in str(error.value) and said in str(error.value)


def test_no_file_and_a_folder_in_its_place(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(BadReporters, match="there is no such file; name one with"):
            load_reporters(path)


def test_a_reporter_has_topics_of_its_own_where_it_may_report(tmp_path: Path) -> None:
    path = tmp_path / "reporters.toml"
    path.write_text(GOOD)
    assert own_topics(load_reporters(path).reporter, SERVICES) == ["matching.reports.a"]
