"""F08, F09, F19, F23, F24, F42, F50: partitions change hands at the wrong moment, or work is unequal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import rebalances, scenarios
from tests.faults.results import Measured
from tests.faults.toys import Toys

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(600), pytest.mark.long]


@pytest.fixture(autouse=True)
def _clear(toys: Toys) -> Iterator[None]:
    yield
    scenarios.clear(toys)


@pytest.mark.proves("F08", "a batch is cancelled in its transaction: its partition goes, or the process")
@pytest.mark.parametrize("told", [False, True], ids=["rebalance", "stop"])
def test_cancelled_in_a_transaction(toys: Toys, fault_seed: int, told: bool) -> None:
    rebalances.cancelled(toys, 400 + fault_seed, told)


@pytest.mark.proves("F09", "one partition's batch is slow, the others go on; then kill -9")
def test_slow_then_killed(toys: Toys, fault_seed: int) -> None:
    rebalances.slow_then_killed(toys, 410 + fault_seed)


@pytest.mark.proves("F19", "two connections for everything, one of them slow")
def test_a_small_pool(toys: Toys, fault_seed: int) -> None:
    rebalances.small_pool(toys, 420 + fault_seed)


@pytest.mark.proves("F23", "two processes in two groups: each takes every partition")
def test_two_take_everything(toys: Toys, fault_seed: int) -> None:
    rebalances.two_groups(toys, 430 + fault_seed)


@pytest.mark.proves("F24", "a member joins and leaves every 2 s for 90 s")
def test_a_storm_of_rebalances(toys: Toys, fault_seed: int, measured: Measured) -> None:
    measured("rebalances in 90 s of storm", rebalances.storm(toys, 440 + fault_seed), "")


@pytest.mark.proves("F42", "nine reports in ten are about one subject")
def test_one_subject_is_hot(toys: Toys, fault_seed: int) -> None:
    rebalances.one_subject_hot(toys, 450 + fault_seed)


@pytest.mark.proves("F50", "the consumer group is deleted")
def test_the_group_is_deleted(toys: Toys, fault_seed: int) -> None:
    rebalances.group_deleted(toys, 460 + fault_seed)
