"""F35, F38, F41 and the times of recovery: the figures are kept beside the results."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import recovery, scenarios
from tests.faults.results import Measured
from tests.faults.toys import SESSION_MS, Toys

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(1500), pytest.mark.long]
MIB, RATE = "MiB", "/s"
SESSION = "session time-out 3 s"
JOIN = 3.0
"""Seconds for the group to gather and for lanes to be taken, once a session has ended."""
BACK = 5.0
"""Seconds to the first new fact, once a server is back."""


@pytest.fixture(autouse=True)
def _clear(toys: Toys) -> Iterator[None]:
    yield
    scenarios.clear(toys)


@pytest.mark.proves("F01", "kill -9 of one of two: time to the first new fact")
def test_time_after_kill(toys: Toys, fault_seed: int, measured: Measured) -> None:
    fact, assigned = recovery.after_kill(toys, 700 + fault_seed)
    measured(f"kill -9 to the first new fact, {SESSION}", fact, "s")
    measured(f"kill -9 until its partitions were given to the other, {SESSION}", assigned, "s")
    assert fact <= 1.2 * int(SESSION_MS) / 1000 + JOIN


@pytest.mark.proves("F11", "Kafka is back: time to the first new fact")
def test_time_after_kafka(toys: Toys, fault_seed: int, measured: Measured) -> None:
    stack = toys.stack
    found = recovery.after_server(toys, 710 + fault_seed, stack.kill_kafka, stack.restart_kafka)
    measured("Kafka back to the first new fact", found, "s")
    assert found <= BACK


@pytest.mark.proves("F15", "PostgreSQL is back: time to the first new fact")
def test_time_after_postgresql(toys: Toys, fault_seed: int, measured: Measured) -> None:
    stack = toys.stack
    found = recovery.after_server(toys, 720 + fault_seed, stack.kill_postgres, stack.restart_postgres)
    measured("PostgreSQL back to the first new fact", found, "s")
    assert found <= BACK


@pytest.mark.proves("F35", "a flood of bad reports between good ones")
def test_a_flood_between_good_ones(fresh: Toys, measured: Measured) -> None:
    found = recovery.flood(fresh, 20_000)
    for what, value in found.items():
        measured(what, round(value), RATE)
    alone, together = found.values()
    assert together > alone / 2, found


@pytest.mark.proves("F35", "nothing but bad records for 60 s")
def test_only_bad_ones(fresh: Toys, fault_seed: int, measured: Measured) -> None:
    for what, value in recovery.only_bad(fresh, 730 + fault_seed).items():
        measured(f"flood: {what}", round(value), MIB if "memory" in what else "")


@pytest.mark.proves("F38 F41", "a cold start behind a backlog, at flat memory")
def test_a_cold_start(fresh: Toys, measured: Measured, backlog: int) -> None:
    for what, value in recovery.cold_start(fresh, backlog).items():
        measured(f"cold start behind {backlog:,}: {what}", round(value), MIB if "memory" in what else RATE)
