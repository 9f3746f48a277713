"""F10, F12, F13, F14, F27: a cluster of three brokers with three copies, of which two acknowledge."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import brokers, scenarios
from tests.faults.toys import Toys, own_servers
from tests.support.cluster import ClusterStack

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(600), pytest.mark.long]


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toys]:
    """PostgreSQL and three brokers; no process of the toy runs."""
    with own_servers(tmp_path_factory.mktemp("three"), ClusterStack) as made:
        yield made


@pytest.fixture(autouse=True)
def _clear(three: Toys) -> Iterator[None]:
    yield
    scenarios.clear(three)
    brokers.whole(three)


@pytest.mark.proves("F10", "each of three brokers is restarted in turn")
def test_a_rolling_restart(three: Toys, fault_seed: int) -> None:
    brokers.rolling(three, 600 + fault_seed)


@pytest.mark.proves("F10 F13", "kill -9 of the broker that leads, three times")
def test_leaders_are_killed(three: Toys, fault_seed: int) -> None:
    brokers.leaders_killed(three, 610 + fault_seed)


@pytest.mark.proves("F12 F14", "two of three brokers are gone for longer than a request's time")
def test_without_a_leader(three: Toys, fault_seed: int) -> None:
    brokers.without_a_leader(three, 620 + fault_seed)


@pytest.mark.proves("F13", "fewer copies than must acknowledge")
def test_too_few_copies(three: Toys, fault_seed: int) -> None:
    brokers.too_few_copies(three, 630 + fault_seed)


@pytest.mark.proves("F27", "the broker that leads stands still, is replaced, and wakes")
def test_a_leader_in_the_minority(three: Toys, fault_seed: int) -> None:
    brokers.minority(three, 640 + fault_seed)


@pytest.mark.proves("F10 F22", "SIGSTOP of a worker, kill -9 of the broker that leads, replaced, woken")
@pytest.mark.parametrize("point", ["sending", "sent"])
def test_the_leader_fails_over_under_a_zombie(three: Toys, fault_seed: int, point: str) -> None:
    brokers.fail_over_under_a_zombie(three, 650 + fault_seed, point)


@pytest.mark.proves("F03 F10", "kill -9 of a worker after an acknowledgement, and of the broker that gave it")
def test_worker_and_leader_are_killed(three: Toys, fault_seed: int) -> None:
    brokers.killed_with_the_leader(three, 660 + fault_seed)
