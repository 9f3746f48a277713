"""The page of what holds is made of what a run came to, failures and what did not run included."""

from __future__ import annotations

from typing import Any

from tests.faults.mutants import COVERED, MUTANTS
from tests.faults.report import mutants, rows, write


def result(faults: str, what: str, case: str, outcome: str) -> dict[str, Any]:
    return {"faults": faults, "what": what, "case": case, "outcome": outcome, "seconds": 2.0, "seed": 3}


RESULTS = {
    "a": result("F06", "the link breaks", "", "passed"),
    "b": result("F01", "kill -9", "moved", "passed"),
    "c": result("F01", "kill -9", "sent", "failed"),
    "d": result("F60", "a safeguard is out", "no_seen_ids", "passed"),
    "e": result("F60", "a safeguard is out", "no_deadline", "failed"),
}


def test_a_line_for_each_kind_of_fault_says_what_did_not_hold() -> None:
    assert rows(RESULTS)[:2] == [
        "| F01 | kill -9 | 1 of 2; not: sent | 3 | 4 |",
        "| F06 | the link breaks | 1 of 1 | 3 | 2 |",
    ]


def test_every_mutant_is_listed_caught_or_not_or_not_run() -> None:
    lines = {line.split("`")[1]: line.rsplit("|", 2)[1].strip() for line in mutants(RESULTS)}
    assert lines.keys() == MUTANTS.keys() | COVERED.keys()
    assert (lines["no_seen_ids"], lines["no_deadline"], lines["no_watchdog"]) == ("yes", "**no**", "not run")


def test_the_page_holds_both_tables() -> None:
    page = write(RESULTS)
    assert "{results}" not in page
    assert "{mutants}" not in page
    for line in (*rows(RESULTS), *mutants(RESULTS)):
        assert line in page
