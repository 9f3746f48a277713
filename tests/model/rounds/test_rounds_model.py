"""As built, no cap is exceeded and nobody has two live offers in any order; without a safeguard it can be."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from tests.model.rounds.runs import MUTANTS, SMALL, Mutant
from tests.model.rounds.search import explore
from tests.model.rounds.setting import Safeguards, Setting

LIMIT = 200_000

# The search is deterministic: another size means that the model or a run changed. Find out why first.
SIZES = {
    "two_workers_at_one_page": (944, 2),
    "two_rounds_under_one_cap": (7879, 29),
    "answers_and_a_cap_lowered": (2432, 51),
    "a_cap_comes_and_goes": (12356, 67),
    "one_candidate_in_two_rounds": (5352, 28),
    "a_candidate_leaves": (8032, 101),
    "a_vacancy_is_withdrawn": (1246, 23),
    "both_and_three_at_once": (1434, 22),
}

# What has to have happened in a run for it to say anything.
HAPPENED = {
    "two_rounds_under_one_cap": {"commits close", "commits tell", "commits set", "commits answer"},
    "answers_and_a_cap_lowered": {"commits set", "crashes tell", "crashes answer", "commits publish"},
    "a_cap_comes_and_goes": {"commits set", "crashes close", "crashes take", "commits answer"},
    "one_candidate_in_two_rounds": {"crashes take", "commits answer", "commits publish"},
    "a_candidate_leaves": {"commits leave", "crashes leave", "commits answer"},
    "a_vacancy_is_withdrawn": {"commits withdraw", "commits end", "crashes end", "commits answer"},
    "two_workers_at_one_page": {"commits take", "commits tell", "crashes tell", "commits publish"},
    "both_and_three_at_once": {"commits leave", "commits withdraw", "commits end"},
}


@pytest.mark.parametrize("setting", SMALL, ids=lambda s: s.name)
def test_rounds_as_built_hold(setting: Setting) -> None:
    outcome = explore(setting, LIMIT)
    assert outcome.traces == {}
    assert not outcome.cut
    assert (outcome.states, outcome.complete) == SIZES[setting.name]
    assert outcome.verbs >= HAPPENED[setting.name]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.setting.name}-{m.violation}")
def test_a_safeguard_taken_out_is_caught(mutant: Mutant) -> None:
    outcome = explore(mutant.setting, LIMIT, until=mutant.violation)
    assert outcome.traces[mutant.violation]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.setting.name}-{m.violation}")
def test_the_same_run_holds_with_the_safeguard(mutant: Mutant) -> None:
    outcome = explore(replace(mutant.setting, safe=Safeguards()), LIMIT)
    assert (outcome.traces, outcome.cut) == ({}, False)
    assert outcome.complete > 0


def test_every_safeguard_is_taken_out_once() -> None:
    assert {field.name for field in fields(Safeguards)} == {mutant.setting.name for mutant in MUTANTS}


def test_a_search_that_is_cut_says_so() -> None:
    assert explore(SMALL[0], limit=50).cut
