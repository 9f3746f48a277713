"""F59: everything at once, by chance. F54: for hours, by `make soak HOURS=n`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults import nemesis, scenarios, soak
from tests.faults.results import Measured
from tests.faults.toys import Toys

pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.long]


@pytest.fixture(autouse=True)
def _clear(fresh: Toys) -> Iterator[None]:
    yield
    scenarios.clear(fresh)


@pytest.mark.timeout(900)
@pytest.mark.proves("F59", "kills, pauses, broken links and servers by chance, for 3 minutes")
def test_everything_at_once(fresh: Toys, fault_seed: int, measured: Measured) -> None:
    for what, times in sorted(nemesis.storm(fresh, 800 + fault_seed).items()):
        measured(f"in 3 minutes, {what}", times, "times")


@pytest.mark.timeout(0)
@pytest.mark.proves("F54", "at work for hours, with 256 MiB at most (`make soak`)")
def test_at_work_for_hours(fresh: Toys, fault_seed: int, soak_hours: float, measured: Measured) -> None:
    for what, value in soak.soak(fresh, 900 + fault_seed, soak_hours).items():
        measured(f"{soak_hours:g} h at work: {what}", round(value), "")
