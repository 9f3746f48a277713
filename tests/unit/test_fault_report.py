"""The page of what holds is made of what a run came to, failures and what did not run included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jembatan.engine.failpoints import POINTS as FAILPOINTS
from tests.faults.elsewhere import APART, ELSEWHERE, NOT_TRIED, NUMBERS, here, lines
from tests.faults.mutants import COVERED, MUTANTS
from tests.faults.report import failures, figures, mutants, rows, runs, write
from tests.faults.test_zombies import EXEMPT
from tests.faults.test_zombies import POINTS as STOPPED

FAULTS = Path(__file__).parents[1] / "faults"
ROOT = FAULTS.parents[1]


def result(faults: str, what: str, case: str, outcome: str, **figures: list[Any]) -> dict[str, Any]:
    return {
        "faults": faults, "what": what, "case": case, "outcome": outcome, "seconds": 2.0, "seed": 3,
        "figures": figures, "commit": "abc", "ended": "2026-01-01T12:00:00+00:00",
    }  # fmt: skip


RESULTS = {
    "a": result("F06", "the link breaks", "", "passed", back=[1.25, "s"]),
    "b": result("F01", "kill -9", "moved", "passed"),
    "c": result("F01", "kill -9", "sent", "failed"),
    "d": result("F60", "a safeguard is out", "no_seen_ids", "passed"),
    "e": result("F60", "a safeguard is out", "no_deadline", "failed"),
    "f": result("", "tests/integration/test_rights.py::test_the_matrix_of_rights", "", "passed"),
}
OUTCOMES = {"tests/integration/test_rights.py::test_the_matrix_of_rights": ["passed"]}


def test_a_line_for_each_kind_of_fault_says_what_did_not_hold() -> None:
    assert rows(RESULTS)[:2] == [
        "| F01 | kill -9 | 1 of 2; not: sent (seed 3) | 3 | 4 |",
        "| F06 | the link breaks | 1 of 1 | 3 | 2 |",
    ]


def test_every_mutant_is_listed_caught_or_not_or_not_run() -> None:
    lines = {line.split("`")[1]: line.rsplit("|", 2)[1].strip() for line in mutants(RESULTS)}
    assert lines.keys() == MUTANTS.keys() | COVERED.keys()
    assert (lines["no_seen_ids"], lines["no_deadline"], lines["no_watchdog"]) == ("yes", "**no**", "not run")


def test_what_did_not_hold_says_why_if_it_is_known() -> None:
    assert failures(RESULTS) == ["- `c`: no words", "- `e`: no words"]
    assert failures({}) == ["Nothing."]


def test_figures_are_listed_with_their_unit() -> None:
    assert figures(RESULTS) == ["| back | 1.2 s |"]


def test_the_page_holds_every_table() -> None:
    page = write(RESULTS)
    assert not {"{results}", "{mutants}", "{figures}", "{elsewhere}"} & set(page.split())
    for line in (*rows(RESULTS), *mutants(RESULTS), *figures(RESULTS), *lines(FAULTS, OUTCOMES)):
        assert line in page


def test_a_run_is_a_seed_on_a_commit() -> None:
    assert runs(RESULTS) == ["| 3 | `abc` | 2026-01-01 | 4 of 6 | 0 |"]


def test_what_was_tried_elsewhere_says_how_it_went() -> None:
    told = {line.split("|")[1].strip(): line for line in lines(FAULTS, OUTCOMES)}
    assert "(1 of 1 held)" in told["F52"] and "(not run)" in told["F47"] and "make soak" in told["F54"]


def test_no_fault_of_the_list_is_silently_left_out() -> None:
    in_table = {number for number in NUMBERS if number in here(FAULTS) and number not in APART}
    told = {line.split("|")[1].strip() for line in lines(FAULTS, {})}
    assert in_table | told == set(NUMBERS)


def test_a_process_is_stopped_at_every_failpoint_or_it_is_said_why_not() -> None:
    assert STOPPED.keys() | EXEMPT.keys() == FAILPOINTS.keys()
    assert not STOPPED.keys() & EXEMPT.keys()


def test_every_fault_of_the_list_is_tried_or_says_why_not() -> None:
    assert here(FAULTS) | ELSEWHERE.keys() | NOT_TRIED.keys() == set(NUMBERS)
    assert not NOT_TRIED.keys() & (here(FAULTS) | ELSEWHERE.keys())


@pytest.mark.parametrize("test", [test for tests in ELSEWHERE.values() for test in tests])
def test_a_test_that_is_named_is_there(test: str) -> None:
    file, _, name = test.partition("::")
    assert f"def {name}(" in (ROOT / file).read_text()
