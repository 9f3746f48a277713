"""What a reader asks for: times, names, subjects, services."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cli.exits import Exit, Failed
from cli.selection import Selection, selection, services, when
from jembatan.contracts.reasons import Code
from jembatan.contracts.registry import SERVICES
from tests.unit.cli import made

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
KNOWN = {"vacancy.posted", "vacancy.closed", "cap.changed"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", NOW - timedelta(minutes=90)),
        ("7d", NOW - timedelta(days=7)),
        ("30s", NOW - timedelta(seconds=30)),
        ("2h", NOW - timedelta(hours=2)),
        ("2025-06-03", datetime(2025, 6, 3, tzinfo=UTC)),
        ("2025-06-03T09:00:00-03:00", datetime(2025, 6, 3, 12, tzinfo=UTC)),
        ("2025-06-03T09:00:00Z", datetime(2025, 6, 3, 9, tzinfo=UTC)),
    ],
)
def test_times(text: str, expected: datetime) -> None:
    assert when(text, NOW) == expected


def test_a_day_as_an_end_is_that_whole_day() -> None:
    end = when("2025-06-03", NOW, end=True)
    assert end == datetime(2025, 6, 4, tzinfo=UTC) - timedelta(microseconds=1)


@pytest.mark.parametrize("text", ["", "yesterday", "2025-06-31", "2025-06-03T09:00:00", "7w", "-1d"])
def test_what_is_no_time_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(Failed, match="2025-06-03") as failed:
        selection(None, None, text, None, known=None, now=NOW)
    assert failed.value.code is Exit.BAD_INPUT


def test_every_wrong_option_is_named() -> None:
    with pytest.raises(Failed) as failed:
        selection(["vacancy.psted", "nothing*"], None, "x", "y", known=KNOWN, now=NOW)
    assert len(failed.value.lines) == 4
    assert "vacancy.posted" in failed.value.lines[0]


def test_patterns_that_match_a_known_name_are_taken() -> None:
    chosen = selection(["vacancy.*", "cap.changed"], ["nb-*"], None, None, known=KNOWN, now=NOW)
    assert chosen == Selection(("vacancy.*", "cap.changed"), ("nb-*",))


def test_an_unknown_service_is_named_with_those_there_are() -> None:
    assert services(None) == services([]) == SERVICES
    assert services(["partners"]) == ("partners",)
    with pytest.raises(Failed, match=r"parnters; there are partners"):
        services(["parnters"])


@pytest.mark.parametrize(
    ("chosen", "taken"),
    [
        (Selection(), True),
        (Selection(types=("vacancy.*",)), True),
        (Selection(types=("org.jembatan.fact.vacancy.posted.v1",)), True),
        (Selection(types=("cap.*", "vacancy.posted")), True),
        (Selection(types=("cap.*",)), False),
        (Selection(subjects=("nb-1",)), True),
        (Selection(subjects=("nb-?",)), True),
        (Selection(subjects=("nb-2", "x")), False),
        (Selection(types=("vacancy.*",), subjects=("nb-2",)), False),
        (Selection(since=made.AT, until=made.AT), True),
        (Selection(since=made.AT + timedelta(milliseconds=1)), False),
        (Selection(until=made.AT - timedelta(milliseconds=1)), False),
    ],
)
def test_facts_are_selected(chosen: Selection, taken: bool) -> None:
    assert chosen.takes(made.fact("vacancy.posted", subject="nb-1")) is taken


@pytest.mark.parametrize(
    ("pattern", "taken"),
    [
        ("job_order.submitted", True),
        ("job_order.*", True),
        ("BAD_DATA", True),
        ("NOT_*", False),
        ("refusal", False),
    ],
)
def test_refusals_are_selected_by_what_was_reported_or_by_a_reason(pattern: str, taken: bool) -> None:
    event = made.refused(made.report("job_order.submitted", "r-1"), Code.TOO_LARGE, Code.BAD_DATA)
    assert Selection(types=(pattern,)).takes(event) is taken
