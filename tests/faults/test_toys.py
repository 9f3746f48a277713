"""The plain runs: nothing happens at all, and what happens once in a lane's life."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import scenarios
from tests.faults.toys import Toys

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(600), pytest.mark.long]


@pytest.fixture(autouse=True)
def _clear(toys: Toys) -> Iterator[None]:
    yield
    scenarios.clear(toys)


@pytest.mark.proves("F01 F03 F04", "kill -9 while a lane gets its producer id")
def test_killed_when_a_lane_gets_its_producer_id(fresh: Toys, fault_seed: int) -> None:
    """The first process ends before any lane has its id, the next after one has."""
    scenarios.crash_in_turn(fresh, ("producer_given", "producer_written"), 10 + fault_seed)


@pytest.mark.proves("–", "nothing: reports, one in ten twice (what mutants are compared with)")
def test_nothing_happens(toys: Toys, fault_seed: int) -> None:
    scenarios.steady(toys, 20 + fault_seed)
