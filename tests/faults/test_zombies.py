"""F21, F22: a process stops at a step of the engine, is replaced, and wakes: what it does then is refused."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.faults import scenarios
from tests.faults.toys import Toys

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(600), pytest.mark.long]
TRANSACTION = "transaction_again let_go"
TAKEN = "lane_taken_away lane_let_go"
POINTS = {
    "assigned": "",
    "revoked": "",
    "partition_read": "",
    "batch_taken": "let_go",
    "begun": TRANSACTION,
    "moved": TRANSACTION,
    "claimed": TRANSACTION,
    "loaded": TRANSACTION,
    "saved": TRANSACTION,
    "locked": TRANSACTION,
    "placed": TRANSACTION,
    "raised": f"{TRANSACTION} page_moved",
    "committed": "",
    "lane_taken": "",
    "ends_read": TAKEN,
    "compared": TAKEN,
    "sending": TAKEN,
    "sent": TAKEN,
    "marked": "",
    "deadline_begun": "transaction_again",
    "deadline_committed": "",
    "page_done": "transaction_again page_moved",
    "page_turned": "transaction_again page_moved",
    "page_committed": "",
    "pruned": "housekeeping_again",
}
"""Where it stops, and in which of these ways it must say that what it went on with was refused. Without
one, it may find nothing to go on with: then only that nothing is harmed is told."""
EXEMPT = {
    "producer_given": "once in a lane's life; the epoch in the same statement refuses it, as in `compared`",
    "producer_written": "the same statement is done, and the next is `sending`",
}
"""Where no process is stopped, and why not."""


@pytest.fixture(autouse=True)
def _clear(toys: Toys) -> Iterator[None]:
    yield
    scenarios.clear(toys)


@pytest.mark.proves("F21 F22", "SIGSTOP at a failpoint, replaced, woken")
@pytest.mark.parametrize("point", POINTS)
def test_stopped_replaced_and_woken(toys: Toys, fault_seed: int, point: str) -> None:
    chance = random.Random(f"{fault_seed} {point} stop")
    scenarios.freeze(toys, point, chance.getrandbits(30), refused=POINTS[point])
