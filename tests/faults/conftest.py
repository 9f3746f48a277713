"""How long the faults go on, by which seed, and platforms for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import scenarios
from tests.faults.results import Results, measured
from tests.faults.toys import Toys, own_servers
from tests.support.platform import SERVICES, Platform, platform

__all__ = ["measured"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fault-rounds", type=int, default=1, help="how often each fault is repeated")
    parser.addoption("--fault-seed", type=int, default=1, help="changes every chance of the fault suite")
    parser.addoption("--fault-results", help="a file to keep what each fault came to")
    parser.addoption("--backlog", type=int, default=200_000, help="reports that a cold start has before it")
    parser.addoption("--soak", type=float, default=0.0, help="hours of work; only that test is run")


def pytest_configure(config: pytest.Config) -> None:
    if file := config.getoption("--fault-results", None):
        config.pluginmanager.register(Results(Path(file), config.getoption("--fault-seed")))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --soak only what takes hours is chosen, and else the rest."""
    chosen = [item for item in items if _is_chosen(config, item)]
    if left := [item for item in items if item not in chosen]:
        config.hook.pytest_deselected(items=left)
    items[:] = chosen


def _is_chosen(config: pytest.Config, item: pytest.Item) -> bool:
    takes_hours = "soak_hours" in getattr(item, "fixturenames", ())
    return takes_hours == bool(config.getoption("--soak"))


@pytest.fixture(scope="module")
def rounds(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--fault-rounds"))


@pytest.fixture(scope="session")
def fault_seed(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--fault-seed"))


@pytest.fixture
def soak_hours(request: pytest.FixtureRequest) -> float:
    return float(request.config.getoption("--soak"))


@pytest.fixture
def backlog(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--backlog"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """All three services, ready."""
    with platform(tmp_path_factory.mktemp("faults")) as whole:
        whole.start(*SERVICES)
        whole.await_ready()
        yield whole


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toys]:
    """Kafka and PostgreSQL ready for the toy; no process of it runs."""
    with own_servers(tmp_path_factory.mktemp("toys")) as made:
        yield made


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toys]:
    """The same, of one test: a mutant leaves behind what no later test could bear."""
    with own_servers(tmp_path_factory.mktemp("fresh")) as made:
        yield made
        scenarios.clear(made)
