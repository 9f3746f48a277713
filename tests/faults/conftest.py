"""How long the faults go on, and a platform for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.platform import SERVICES, Platform, platform


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fault-rounds", type=int, default=1, help="how often each fault is repeated")


@pytest.fixture(scope="module")
def rounds(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--fault-rounds"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """All three services, ready."""
    with platform(tmp_path_factory.mktemp("faults")) as whole:
        whole.start(*SERVICES)
        whole.await_ready()
        yield whole
