"""F01–F04: a process ends as by kill -9 at every step of the engine, in both orders of what follows."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from jembatan.engine.failpoints import POINTS
from tests.faults import scenarios
from tests.faults.toys import Toys

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(600)]
ORDERS = ("twice", "beside")
ONCE = ("producer_given", "producer_written")
"""Reached once in a lane's life: `test_killed_when_a_lane_gets_its_producer_id`."""
OFTEN = ("batch_taken", "begun", "moved", "claimed", "loaded", "saved", "locked", "placed", "raised",
         "committed", "sending", "sent", "marked")  # fmt: skip
CASES = [(point, order) for point in POINTS if point not in ONCE for order in ORDERS]


@pytest.fixture(autouse=True)
def _clear(toys: Toys) -> Iterator[None]:
    yield
    scenarios.clear(toys)


@pytest.mark.proves("F01 F02 F03 F04", "kill -9 at a failpoint; it happens again, or another takes over")
@pytest.mark.long
@pytest.mark.parametrize(("point", "order"), CASES)
def test_killed_at_a_point(toys: Toys, fault_seed: int, point: str, order: str) -> None:
    chance = random.Random(f"{fault_seed} {point} {order}")
    nth = chance.randint(1, 5) if point in OFTEN else 1
    scenarios.crash(toys, point, order, chance.getrandbits(30), nth)
