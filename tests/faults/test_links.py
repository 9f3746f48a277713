"""F06, F17, F22, F26: links to Kafka and PostgreSQL are cut, held, and go silent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import links, scenarios
from tests.faults.toys import Toys
from tests.support.proxy import Verdict

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(600)]


@pytest.fixture(autouse=True)
def _clear(toys: Toys) -> Iterator[None]:
    yield
    scenarios.clear(toys)


@pytest.mark.proves("F06", "the link to PostgreSQL breaks before it hears COMMIT")
@pytest.mark.long
def test_cut_before_commit_is_heard(toys: Toys, fault_seed: int) -> None:
    links.commits_cut(toys, 60 + fault_seed, Verdict.CUT)


@pytest.mark.proves("F06", "the link breaks after COMMIT is done, before the answer is heard")
@pytest.mark.long
def test_cut_after_commit_is_answered(toys: Toys, fault_seed: int) -> None:
    links.commits_cut(toys, 70 + fault_seed, Verdict.CUT_AFTER_ANSWER)


@pytest.mark.proves("F22 F26", "a produce request is held past the takeover: what comes late is refused")
@pytest.mark.long
def test_a_request_arrives_long_after_its_worker_was_replaced(toys: Toys, fault_seed: int) -> None:
    links.request_late(toys, 80 + fault_seed, killed=True)


@pytest.mark.proves("F26", "a produce request is held until its worker gives up, and takes its lanes again")
@pytest.mark.long
def test_a_request_arrives_after_its_worker_gave_it_up(toys: Toys, fault_seed: int) -> None:
    links.request_late(toys, 85 + fault_seed, killed=False)


@pytest.mark.proves("F26 F49", "Kafka hears no produce request while facts are pruned")
@pytest.mark.long
def test_publishing_is_withheld_while_facts_are_pruned(toys: Toys, fault_seed: int) -> None:
    links.publishing_withheld(toys, 90 + fault_seed)


@pytest.mark.proves("F17", "all connections to PostgreSQL go silent, half open")
@pytest.mark.long
def test_connections_to_postgresql_go_silent(toys: Toys, fault_seed: int) -> None:
    links.half_open(toys, 100 + fault_seed)


@pytest.mark.proves("F56", "a process lives and does not get on: it ends itself")
@pytest.mark.long
def test_a_process_that_does_not_get_on_ends_itself(toys: Toys, fault_seed: int) -> None:
    links.no_headway(toys, 110 + fault_seed)


@pytest.mark.proves("F32", "a partition is read late: what is in time meets no closed deadline")
@pytest.mark.long
def test_what_arrived_in_time_in_a_late_partition_meets_no_deadline(toys: Toys, fault_seed: int) -> None:
    links.partition_late(toys, 120 + fault_seed)
