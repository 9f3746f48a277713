"""Points by the table: each list at its boundaries, and their sum."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.matching.domain.points import points
from tests.unit.matching.persons import AQUACULTURE, AS_OF, HEALTH, PROGRAMMES, ielts, person

NOTHING: dict[str, Any] = {"tests": [], "experience": [], "education": None, "licences": []}
WORK = {"isco08": "2221", "started_on": "2022-01-01", "ended_on": "2025-12-31"}


def earned(**shows: Any) -> int:  # noqa: ANN401
    return points(person(**NOTHING | shows), PROGRAMMES[HEALTH], AS_OF)


def test_the_lists_add_up() -> None:
    assert earned() == 0
    assert points(person(), PROGRAMMES[HEALTH], AS_OF) == 30 + 10 + 16 + 8


def test_a_day_later_what_has_ended_counts_no_more() -> None:
    assert points(person(), PROGRAMMES[HEALTH], AS_OF + timedelta(days=1)) == 10 + 16


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ([ielts("6.0")], 30),
        ([ielts("4.5")], 10),
        ([ielts("4.0")], 0),
        ([ielts("9.0", reading="9.0", writing="9.0", speaking="9.0")], 40),
        ([ielts("6.0", taken_on="2024-02-01")], 0),
        ([{"kind": "CLB", "language": "fr", "taken_on": "2025-01-01", "listening": "9"}], 0),
        (
            [
                {"kind": "CLB", "language": "fr", "taken_on": "2025-01-01", "listening": "9"},
                ielts("5.0"),
            ],
            16,
        ),
    ],
)
def test_the_weakest_skill_of_the_best_language_counts(tests: list[dict[str, Any]], expected: int) -> None:
    assert earned(tests=tests) == expected


@pytest.mark.parametrize(
    ("skill", "band"), [("listening", "4.5"), ("reading", "3.5"), ("writing", "4.0"), ("speaking", "4.0")]
)
def test_any_skill_may_be_the_weakest(skill: str, band: str) -> None:
    best = dict.fromkeys(("listening", "reading", "writing", "speaking"), "9.0")
    assert earned(tests=[ielts() | best]) == 40
    assert earned(tests=[ielts() | best | {skill: band}]) == 10


@pytest.mark.parametrize(
    ("hours", "isco08", "expected"),
    [(1559, "2221", 0), (1560, "2221", 10), (3119, "5321", 10), (3120, "3221", 16), (9360, "2221", 30),
     (9360, "2211", 0)],
)  # fmt: skip
def test_hours_in_the_tables_occupations(hours: int, isco08: str, expected: int) -> None:
    assert earned(experience=[WORK | {"hours": hours, "isco08": isco08}]) == expected


@pytest.mark.parametrize(("level", "expected"), [(0, 0), (3, 0), (4, 8), (6, 16), (8, 20)])
def test_education(level: int, expected: int) -> None:
    assert earned(education=level) == expected


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        ([{"body": "NANB", "stage": "ASSESSED"}], 4),
        ([{"body": "NANB", "stage": "REGISTERED"}], 10),
        ([{"body": "NANB", "stage": "REGISTERED", "valid_until": "2026-01-31"}], 0),
        ([{"body": "NANB", "stage": "ASSESSED"}, {"body": "ANBLPN", "stage": "ELIGIBLE"}], 8),
        ([{"body": "OTHER", "stage": "REGISTERED"}], 0),
    ],
)
def test_of_licences_the_best_counts(licences: list[dict[str, Any]], expected: int) -> None:
    assert earned(licences=licences) == expected


def test_each_programme_has_its_own_table() -> None:
    fisher = person(**NOTHING | {"experience": [WORK | {"hours": 2000, "isco08": "6222"}]})
    assert points(fisher, PROGRAMMES[AQUACULTURE], AS_OF) == 30
    assert points(fisher, PROGRAMMES[HEALTH], AS_OF) == 0
