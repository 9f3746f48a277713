"""Events as lines and as JSON."""

from __future__ import annotations

import json

import pytest

from cli.lines import WIDE, WIDEST, as_json, details, line, placed_json, short, title
from cli.output import instant, safe
from jembatan.contracts.reasons import Code
from jembatan.contracts.registry import FACTS, REPORTS
from tests.unit.cli import made


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_fact_is_one_line(name: str) -> None:
    event = made.fact(name, sequence=7)
    text = line(event)
    assert "\n" not in text
    assert text.startswith("2025-06-03 12:00:00Z  ")
    assert f"{name}  {event.subject}  #7" in text
    assert len(details(event.data)) <= WIDEST


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report_is_one_line(name: str) -> None:
    assert title(made.report(name, "r-1")).startswith(f"{name}  ")


def test_what_changed_is_told_with_its_new_value() -> None:
    event = made.fact("vacancy.posted")
    text = details(event.data)
    for name in event.data.changed:
        if name != "id":
            assert name in text or text.endswith("…")


def test_a_refusal_tells_every_reason_on_its_own_line() -> None:
    event = made.refused(made.report("job_order.submitted", "r-1"), Code.BAD_DATA, Code.TOO_LARGE)
    first, *others = line(event).splitlines()
    assert "refused  job_order.submitted" in first and "r-1" in first and made.SOURCE in first
    assert [text.split()[:2] for text in others] == [["BAD_DATA", "/data/x"], ["TOO_LARGE", "/data/x"]]


@pytest.mark.parametrize("event", [made.fact("vacancy.posted"), made.report("cap.set", "r-1")])
def test_json_is_the_event_as_it_was_published(event: object) -> None:
    assert isinstance(event, made.Event)
    assert event.record.value is not None
    published = json.loads(event.record.value)
    shown = json.loads(json.dumps(as_json(event)))
    assert {name: shown[name] for name in published if name != "data"} == {
        name: value for name, value in published.items() if name != "data"
    }
    assert {**shown["data"], **published["data"]} == shown["data"]


def test_placed_json_says_where_the_record_lies() -> None:
    event = made.fact("vacancy.posted")
    assert placed_json(event)["offset"] == event.record.offset


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("posted", "posted"),
        (3, "3"),
        (None, "null"),
        ((), "[]"),
        (made.AT, "2025-06-03T12:00:00Z"),
        (True, "true"),
    ],
)
def test_values_are_told_plainly(value: object, text: str) -> None:
    assert short(value) == text


def test_long_values_are_cut() -> None:
    assert len(short("x" * 1000)) == WIDE
    assert short("x" * 1000).endswith("…")


def test_text_from_outside_cannot_drive_the_terminal() -> None:
    assert safe("a\x1b[2Jb\nc\u202e") == "a\\x1b[2Jb\\x0ac\\x202e"
    assert safe("Québec – ✓") == "Québec – ✓"


def test_times_are_utc_with_milliseconds_only_if_any() -> None:
    assert instant(made.AT.replace(microsecond=250_000)) == "2025-06-03 12:00:00.250Z"
    assert instant(None) == "-"
