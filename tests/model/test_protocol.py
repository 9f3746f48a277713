"""As built, the protocol holds in every order of steps within bounds; without a safeguard it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.faults.mutants import MUTANTS as IN_CODE
from tests.model.__main__ import main, report
from tests.model.deadlines import Deadlines
from tests.model.runs import COVERED, DEADLINES, DECIDED, MUTANTS, OUT_OF_TIME, SMALL, Mutant
from tests.model.search import Outcome, explore
from tests.model.setting import Safeguards, Setting
from tests.model.state import Budget

LIMIT = 150_000

# The search is deterministic: another size means that the model or a run changed. Find out why first.
SIZES = {
    "one_transaction_many_lanes": (697, 180),
    "reports_to_log": (104_287, 16_147),
    "reports_to_log_killed": (20_344, 2_331),
    "both_lanes_published": (21_330, 270),
    "same_id_in_two_partitions": (4_108, 664),
    "unreadable_report": (87, 47),
    "lane_taken_thrice": (41_269, 15_459),
    "batch_expires": (16_649, 6_217),
    "two_requests_in_flight": (31_265, 14_025),
    "kafka_loses_its_tail": (5_086, 1_309),
    "postgresql_goes_back": (5_946, 188),
    "clocks_differ": (16_934, 12),
    "two_reports": (39_458, 6),
}

LIVENESS = {"no_deadline", "no_watchdog"}
"""Mutants of the code that do no harm but for standing still, of which this model knows nothing."""

# What has to have happened in a run for it to say anything.
HAPPENED = {
    "one_transaction_many_lanes": {"crashes", "PostgreSQL kills the transaction", "commits"},
    "reports_to_log": {"save refused: the position moved", "crashes", "broker refuses", "broker appends"},
    "reports_to_log_killed": {"PostgreSQL kills the transaction", "marks acknowledged and prunes"},
    "both_lanes_published": {"takes the lane again", "broker deduplicates", "lets the lane go"},
    "same_id_in_two_partitions": {"commits", "crashes", "PostgreSQL kills the transaction"},
    "unreadable_report": {"save refused: the position moved"},
    "lane_taken_thrice": {"wire loses", "broker refuses", "broker deduplicates", "reads Kafka's end"},
    "batch_expires": {"has a batch expire unsent", "sees another epoch, lets the lane go"},
    "two_requests_in_flight": {"broker refuses", "broker deduplicates", "crashes"},
    "kafka_loses_its_tail": {"Kafka loses its last batch", "halts", "broker refuses"},
    "postgresql_goes_back": {"halts", "commits"},
    "clocks_differ": {"another broker leads", "closes what is due", "decides", "tick"},
    "two_reports": {"report comes", "closes what is due", "decides"},
}


@pytest.mark.parametrize("setting", SMALL, ids=lambda s: s.name)
def test_the_protocol_as_built_holds(setting: Setting) -> None:
    outcome = explore(setting, LIMIT)
    assert outcome.traces == {}
    assert not outcome.cut
    assert (outcome.states, outcome.complete) == SIZES[setting.name]
    assert outcome.verbs >= HAPPENED[setting.name]


@pytest.mark.parametrize("mutant", (*MUTANTS, *OUT_OF_TIME), ids=lambda m: m.setting.name)
def test_a_safeguard_taken_out_is_caught(mutant: Mutant) -> None:
    outcome = explore(mutant.setting, LIMIT, until=mutant.violation)
    assert mutant.violation in outcome.traces
    assert outcome.traces[mutant.violation]


@pytest.mark.parametrize("mutant", (*MUTANTS, *OUT_OF_TIME), ids=lambda m: m.setting.name)
def test_the_same_run_holds_with_the_safeguard(mutant: Mutant) -> None:
    outcome = explore(_with_safeguards(mutant.setting), LIMIT)
    assert (outcome.traces, outcome.cut) == ({}, False)
    assert outcome.complete > 0


def _with_safeguards(setting: Setting | Deadlines) -> Setting | Deadlines:
    if isinstance(setting, Setting):
        return replace(setting, safe=Safeguards())
    return Deadlines(setting.name, setting.budget, setting.reports, setting.skews, setting.latest)


@pytest.mark.parametrize("setting", DEADLINES, ids=lambda s: s.name)
def test_deadlines_hold_whatever_the_clocks_say(setting: Deadlines) -> None:
    outcome = explore(setting, LIMIT)
    assert (outcome.traces, outcome.cut) == ({}, False)
    assert (outcome.states, outcome.complete) == SIZES[setting.name]
    assert outcome.verbs >= HAPPENED[setting.name]


def test_mutants_of_the_code_are_mutants_here_by_the_same_name() -> None:
    known = {mutant.setting.name for mutant in (*MUTANTS, *OUT_OF_TIME, *COVERED)}
    assert IN_CODE.keys() - known == LIVENESS


@pytest.mark.parametrize("mutant", COVERED, ids=lambda m: m.setting.name)
def test_one_of_several_overlapping_safeguards_may_fail(mutant: Mutant) -> None:
    outcome = explore(mutant.setting, LIMIT)
    assert (outcome.traces, outcome.cut) == ({}, False)
    assert outcome.complete > 0


def test_a_trace_tells_the_steps_from_the_start() -> None:
    mutant = next(m for m in MUTANTS if m.setting.name == "prune_before_acknowledgement")
    trace = explore(mutant.setting, LIMIT, until="LOST").traces["LOST"]
    assert [line.split(" (")[0][:9] for line in trace] == ["takes the", "finds the", "sends 0, ", "wire lose"]


def test_a_search_that_is_cut_says_so() -> None:
    outcome = explore(SMALL[0], limit=50)
    assert outcome.cut
    assert "cut by size" in report("run", outcome)


def test_a_run_in_which_nothing_may_happen_completes_nothing() -> None:
    idle = Setting("idle", ((), ()), Budget(), decided=DECIDED)
    assert explore(idle, LIMIT) == Outcome(states=1)


def test_the_command_refuses_a_run_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["40", "99"]) == 2
    assert "no such run: 99" in capsys.readouterr().err


def test_the_command_lists_its_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "46 ends_read_apart" in capsys.readouterr().out
