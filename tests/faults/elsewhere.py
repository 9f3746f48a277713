"""Where each fault of the list F01–F60 is tried: here, by tests elsewhere, or not, and why."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

NUMBERS = tuple(f"F{n:02}" for n in range(1, 61))
MARK = re.compile(r'mark\.proves\(\s*"([F0-9 ]+)"')

ELSEWHERE: Mapping[str, Sequence[str]] = {
    "F36": (
        "tests/integration/test_cli.py::"
        "test_refusals_are_retried_by_reporter_reason_and_time_and_twice_does_no_harm",
        "tests/integration/test_cli.py::test_a_retry_whose_cause_is_mended_becomes_a_fact_once",
    ),
    "F37": (
        "tests/integration/engine/test_deciding.py::"
        "test_a_record_ahead_of_the_clock_stops_its_partition_and_is_kept",
        "tests/model/test_protocol.py::test_deadlines_hold_whatever_the_clocks_say",
    ),
    "F43": (
        "tests/contracts/test_every_event.py::test_a_subscriber_ignores_fields_that_it_does_not_know",
        "tests/contracts/test_schemas.py::test_what_may_not",
        "tests/unit/engine/test_intake.py::test_a_fact_of_a_type_that_came_later_is_left_out",
        "tests/unit/client/test_client.py::test_a_type_that_came_later_is_unknown_and_stops_nothing",
    ),
    "F46": (
        "tests/integration/test_recover.py::test_an_older_database_halts_and_names_the_command",
        "tests/integration/test_recover.py::test_a_rehearsal_changes_nothing",
        "tests/integration/test_recover.py::test_everything_is_decided_again_as_it_was_published",
        "tests/integration/test_recover.py::test_all_private_state_is_back_and_the_services_go_on",
        "tests/integration/test_recover_busy.py::test_a_dump_under_load_is_brought_up_and_goes_on",
    ),
    "F47": (
        "tests/scenarios/test_zzz_health.py::test_all_of_matching_follows_from_facts_but_what_is_private",
        "tests/scenarios/test_zzz_health.py::test_every_kind_of_damage_is_found_by_name",
        "tests/scenarios/test_zzz_health.py::test_rows_that_no_fact_tells_of_are_found_by_replay",
    ),
    "F52": ("tests/integration/test_rights.py::test_the_matrix_of_rights",),
}
"""Tests of other folders that bring a fault about, or show that none can; `make faults` runs them, too."""

APART: Mapping[str, str] = {"F54": "hours of work: `make soak HOURS=n`, which `make faults` leaves out"}
"""What a command of its own tries."""

NOT_TRIED: Mapping[str, str] = {
    "F18": "there is no standby here; whoever runs one fails over to a synchronous one only",
    "F28": "a full disk of Kafka needs a file system of its own; the broker ends, and keeps what it has",
    "F29": "a full disk of PostgreSQL needs one, too; a transaction that cannot be written is rolled back",
    "F30": "a service writes no file but its log, which goes to its standard output",
    "F44": "there is one version so far, so nothing to upgrade from",
    "F51": "credentials are read when a process starts; to change them it is restarted",
    "F53": "there is no API for reading yet; a service's pages have no data, on loopback only",
}
"""Why a fault is not tried."""


def here(folder: Path) -> set[str]:
    """The faults that tests of this folder name in their mark."""
    texts = (file.read_text() for file in folder.glob("test_*.py"))
    return {number for text in texts for found in MARK.findall(text) for number in found.split()}


def lines(folder: Path, outcomes: Mapping[str, Sequence[str]]) -> list[str]:
    """One line for each fault that is not tried here, or elsewhere as well; `outcomes` of tests elsewhere."""
    known = here(folder)
    found = []
    for number in NUMBERS:
        tests = ", ".join(f"`{test}`{_outcome(test, outcomes)}" for test in ELSEWHERE.get(number, ()))
        if why := NOT_TRIED.get(number):
            found.append(f"| {number} | not tried: {why} |")
        elif number in APART:
            found.append(f"| {number} | {APART[number]} |")
        elif tests:
            found.append(f"| {number} | {'also ' if number in known else ''}{tests} |")
    return found


def _outcome(test: str, outcomes: Mapping[str, Sequence[str]]) -> str:
    """Whether all its runs held, in words."""
    ran = outcomes.get(test, ())
    held = sum(outcome == "passed" for outcome in ran)
    return f" ({held} of {len(ran)} held)" if ran else " (not run)"


def names() -> list[str]:
    """The tests of other folders, in the order of the tables: some go on where the one before ended."""
    return list(dict.fromkeys(test for tests in ELSEWHERE.values() for test in tests))


if __name__ == "__main__":
    sys.stdout.write(" ".join(names()) + "\n")
