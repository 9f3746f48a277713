"""Files of reports: what is one, and every fault of what is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.reports_file import read_lines, reused
from jembatan.contracts.examples import example
from jembatan.contracts.registry import REPORTS

ORDER = json.loads(example(REPORTS["job_order.submitted"]).value)


def line(**changes: Any) -> bytes:  # noqa: ANN401
    return json.dumps({name: value for name, value in (ORDER | changes).items() if value is not ...}).encode()


def faults_of(text: bytes) -> list[str]:
    return [str(fault) for fault in read_lines("a.jsonl", text)[1]]


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_example_is_a_report_of_its_topic(name: str) -> None:
    lines, faults = read_lines("a.jsonl", example(REPORTS[name]).value)
    assert not faults
    assert [(one.name, one.topic) for one in lines] == [(name, REPORTS[name].topic)]


def test_lines_keep_their_numbers_over_empty_ones_and_any_line_end() -> None:
    text = b"\xef\xbb\xbf" + line(id="1") + b"\r\n\n  \n" + line(id="2") + b"\n"
    lines, faults = read_lines("a.jsonl", text)
    assert not faults
    assert [(one.place, one.envelope.id) for one in lines] == [("a.jsonl:1", "1"), ("a.jsonl:4", "2")]


def test_the_value_that_is_sent_is_the_line_itself() -> None:
    odd = line().replace(b'": ', b'" :   ')
    assert read_lines("a", odd + b"\n")[0][0].value == odd


def test_an_empty_file_has_neither_reports_nor_faults() -> None:
    assert read_lines("a", b"") == ([], [])


def test_every_fault_of_every_line_is_named_with_its_place() -> None:
    data = ORDER["data"] | {"openings": -1, "colour": "red"}
    found = faults_of(line(data=data, id=...) + b"\nnot json\n" + line(data=data | {"openings": 1}))
    starts = [one.rpartition(": ")[0] for one in found]
    assert "a.jsonl:1: /id" in starts
    assert "a.jsonl:1: /data/openings" in starts
    assert "a.jsonl:1: /data/colour" in starts
    assert any(one.startswith("a.jsonl:2: whole line: ") for one in found)
    assert any(one.startswith("a.jsonl:3: /data/colour: ") for one in found)
    assert not any(one.startswith("a.jsonl:3: /data/openings") for one in found)


@pytest.mark.parametrize("text", [b"[]", b'"x"', b"17", b"null", b"{", b"\xff\xfe", b'{"a": NaN}'])
def test_what_is_no_object_is_one_fault(text: bytes) -> None:
    assert len(faults_of(text)) == 1


def test_a_misspelt_type_is_told_what_it_may_have_meant() -> None:
    [found] = faults_of(line(type="org.jembatan.report.job_order.submited.v1"))
    assert "/type" in found
    assert "org.jembatan.report.job_order.submitted.v1" in found


def test_a_fact_is_not_reported() -> None:
    [found] = faults_of(line(type="org.jembatan.fact.vacancy.posted.v1"))
    assert "fact" in found and "/type" in found


def test_a_line_without_type_says_so_once() -> None:
    assert [one for one in faults_of(line(type=...)) if "/type" in one] != []


def test_an_id_with_other_content_is_a_fault_and_a_repeat_is_none() -> None:
    text = line() + b"\n" + line() + b"\n" + line(data=ORDER["data"] | {"openings": 3})
    lines, faults = read_lines("a.jsonl", text)
    assert not faults
    found = [str(fault) for fault in reused(lines)]
    assert len(found) == 1
    assert found[0].startswith("a.jsonl:3: /id: ") and "a.jsonl:1" in found[0]


def test_the_same_id_of_two_reporters_is_no_fault() -> None:
    text = line() + b"\n" + line(source="urn:example:other", data=ORDER["data"] | {"openings": 3})
    assert reused(read_lines("a", text)[0]) == []
