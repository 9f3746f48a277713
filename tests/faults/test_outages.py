"""F16, F20, F25, F26, F40, F55: sessions ended, errors given, event loops blocked, links that stand still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import outages, scenarios
from tests.faults.toys import Toys

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(600), pytest.mark.long]


@pytest.fixture(autouse=True)
def _clear(toys: Toys) -> Iterator[None]:
    yield
    scenarios.clear(toys)


@pytest.mark.proves("F16", "PostgreSQL ends every session of the service, ten times")
def test_sessions_are_terminated(toys: Toys, fault_seed: int) -> None:
    outages.sessions_terminated(toys, 210 + fault_seed)


@pytest.mark.proves("F20", "one transaction in ten fails with a deadlock or serialization error")
def test_errors_of_postgresql(toys: Toys, fault_seed: int) -> None:
    outages.errors_given(toys, 220 + fault_seed)


@pytest.mark.proves("F25 F55", "an event loop stands longer than its session, in the middle of a transaction")
@pytest.mark.parametrize("point", ["claimed", "raised"])
def test_an_event_loop_is_blocked(toys: Toys, fault_seed: int, point: str) -> None:
    outages.loop_blocked(toys, 230 + fault_seed, point)


@pytest.mark.proves("F40", "a transaction that has its places commits late, others wait for its lanes")
def test_a_late_commit(toys: Toys, fault_seed: int) -> None:
    outages.late_commit(toys, 235 + fault_seed)


@pytest.mark.proves("F26", "nothing gets through to one server for 12 s; the other is there")
@pytest.mark.parametrize("to", ["kafka", "postgres"])
def test_a_link_stands(toys: Toys, fault_seed: int, to: str) -> None:
    outages.link_stands(toys, 240 + fault_seed, to)


@pytest.mark.proves("F26", "no answer of one server gets through for 12 s")
@pytest.mark.parametrize("to", ["kafka", "postgres"])
def test_a_link_works_one_way(toys: Toys, fault_seed: int, to: str) -> None:
    outages.link_stands(toys, 245 + fault_seed, to, one_way=True)


@pytest.mark.proves("F26", "a link is slow by 200 ms, and one piece in twenty by a second more")
@pytest.mark.parametrize("to", ["kafka", "postgres"])
def test_a_link_is_slow(toys: Toys, fault_seed: int, to: str) -> None:
    outages.link_slow(toys, 250 + fault_seed, to)
