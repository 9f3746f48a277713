"""F07, F31, F33, F34: bad records stop nothing, each has one refusal; copies change nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import poison, scenarios
from tests.faults.toys import Toys

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(600), pytest.mark.long]


@pytest.fixture(autouse=True)
def _clear(toys: Toys) -> Iterator[None]:
    yield
    scenarios.clear(toys)


@pytest.mark.proves("F07", "the rule fails by our own mistake at every seventh report")
def test_a_rule_fails(toys: Toys, fault_seed: int) -> None:
    poison.bugs(toys, 300 + fault_seed)


@pytest.mark.proves("F31", "every report is sent three times, into partitions by chance")
def test_everything_comes_three_times(toys: Toys, fault_seed: int) -> None:
    scenarios.steady(toys, 310 + fault_seed, copies=3)


@pytest.mark.proves("F33", "records that are no events, or of no type that there is")
def test_unreadable_records(toys: Toys, fault_seed: int) -> None:
    poison.mixed(toys, 320 + fault_seed, poison.unreadable)


@pytest.mark.proves("F34", "too large, too deep, too many digits or headers; NaN, infinity, NUL")
def test_oversized_records(toys: Toys, fault_seed: int) -> None:
    poison.mixed(toys, 330 + fault_seed, poison.oversized)


@pytest.mark.proves("F34", "64 MiB in a compressed batch of 64 KiB")
def test_a_bomb(fresh: Toys, fault_seed: int) -> None:
    poison.bomb(fresh, 340 + fault_seed)
