"""F60: with one safeguard out, the named test of real processes turns red; else the suite proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import pytest

from tests.faults import links, scenarios
from tests.faults.mutants import COVERED, MUTANTS
from tests.faults.toys import Toys
from tests.faults.verdict import Broken
from tests.model.runs import COVERED as COVERED_IN_MODEL
from tests.model.runs import MUTANTS as IN_MODEL

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(600)]

Scenario = Callable[..., object]


@dataclass(frozen=True)
class Red:
    """The test that a mutant must turn red, what that test does, and what its failure must say."""

    test: str
    scenario: Scenario
    sign: str


RED: Mapping[str, Red] = {
    "no_seen_ids": Red("test_nothing_happens", scenarios.steady, "twice={'load-"),
    "position_without_compare": Red(
        "test_stopped_replaced_and_woken[batch_taken]",
        lambda toys, seed, mutant: scenarios.freeze(toys, "batch_taken", seed, mutant=mutant),
        "is refused 2 times",
    ),
    "places_without_the_lock": Red(
        "test_killed_at_a_point[raised-twice]",
        lambda toys, seed, mutant: scenarios.crash(toys, "raised", "twice", seed, mutant=mutant),
        " places",
    ),
    "publish_before_commit": Red(
        "test_killed_at_a_point[raised-twice]",
        lambda toys, seed, mutant: scenarios.crash(toys, "raised", "twice", seed, mutant=mutant),
        "published and never decided",
    ),
    "retake_without_epoch": Red(
        "test_stopped_replaced_and_woken[ends_read]",
        lambda toys, seed, mutant: scenarios.freeze(toys, "ends_read", seed, mutant=mutant),
        "is halted although nothing is lost",
    ),
    "halt_without_epoch": Red(
        "test_stopped_replaced_and_woken[ends_read]",
        lambda toys, seed, mutant: scenarios.freeze(toys, "ends_read", seed, mutant=mutant),
        "is halted although nothing is lost",
    ),
    "fresh_producer_id": Red(
        "test_a_request_arrives_long_after_its_worker_was_replaced",
        partial(links.request_late, killed=True),
        "lies there, decided is",
    ),
    "prune_before_acknowledgement": Red(
        "test_publishing_is_withheld_while_facts_are_pruned", links.publishing_withheld, "TOPIC_LOST"
    ),
    "no_deadline": Red("test_connections_to_postgresql_go_silent", links.half_open, "lost={'load-"),
    "no_watchdog": Red("test_a_process_that_does_not_get_on_ends_itself", links.no_headway, "lives for ever"),
    "watermark_ignored": Red(
        "test_what_arrived_in_time_in_a_late_partition_meets_no_deadline",
        links.partition_late,
        "2 facts of its deadline",
    ),
}

WARM = ("halt_without_epoch", "retake_without_epoch", "publish_before_commit")
"""Mutants that show in lanes that have published before."""


def test_every_mutant_has_the_test_that_it_turns_red() -> None:
    assert RED.keys() == MUTANTS.keys()
    known = {mutant.setting.name for mutant in (*IN_MODEL, *COVERED_IN_MODEL)}
    assert COVERED.keys() <= known


@pytest.mark.proves("F60", "a safeguard is out: the named test turns red")
@pytest.mark.long
@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught(fresh: Toys, fault_seed: int, name: str) -> None:
    red = RED[name]
    if name in WARM:
        scenarios.warm(fresh)
    with pytest.raises(Broken) as caught:
        red.scenario(fresh, 1000 + fault_seed, mutant=name)
    assert red.sign in str(caught.value)
