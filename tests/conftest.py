"""Which tests share a worker: those that share servers."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

# Whoever starts us in the background may ignore Ctrl-C, and what we start would too.
signal.signal(signal.SIGINT, signal.default_int_handler)
# A timing is never a test: a slow machine makes no rule wrong.
settings.register_profile("jembatan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("jembatan")

COMPOSE = Path(__file__).parent / "compose"
"""Wants a container engine, and starts one: run by `make compose-test` alone."""

TOGETHER = ("tests/faults", "tests/scenarios")
"""Folders whose tests all use one platform; elsewhere the tests of a file do."""


class BySharedServers(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a worker all tests that share servers, one after the other.

    Not xdist's own `loadgroup`: with pytest 9.2 it groups nothing, and says nothing (pytest-xdist #1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid, apart=bool(self.config.getoption("--long", False)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BySharedServers:  # noqa: ANN401
    config.option.loadscopereorder = False
    return BySharedServers(config, log)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Containers are tested by who asks for them by name."""
    asked = any("tests/compose" in argument for argument in config.args)
    return True if collection_path == COMPOSE and not asked else None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also what is marked `long`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Faults first, since they take longest; what is marked `long` only with --long or --soak."""
    items.sort(key=lambda item: order_of(item.nodeid))
    if config.getoption("--long") or config.getoption("--soak", 0):
        return
    if left := [item for item in items if item.get_closest_marker("long")]:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("long")]


def group_of(node: str, *, apart: bool = False) -> str:
    """The folder or the file that a test shares its servers with. `apart`: always the file."""
    for folder in () if apart else TOGETHER:
        if node.startswith(folder):
            return folder
    return node.partition("::")[0]


def order_of(node: str) -> int:
    """Long groups first, so that no worker is left with one at the end."""
    firsts = ("tests/faults", "tests/scenarios", "tests/integration", "tests/model")
    return next((n for n, first in enumerate(firsts) if node.startswith(first)), len(firsts))
