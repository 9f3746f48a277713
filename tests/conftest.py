"""Which tests share a worker: those that share servers."""

from __future__ import annotations

from pathlib import Path

import pytest

COMPOSE = Path(__file__).parent / "compose"
"""Wants a container engine, and starts one: run by `make compose-test` alone."""

TOGETHER = ("tests/faults", "tests/scenarios")
"""Folders whose tests all use one platform; elsewhere the tests of a file do."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Containers are tested by who asks for them by name."""
    asked = any("tests/compose" in argument for argument in config.args)
    return True if collection_path == COMPOSE and not asked else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Faults first, since they take longest; each group on one worker."""
    # Before xdist's own hook, which reads the marks: after it they group nothing, and say nothing of it.
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item.nodeid)))
    items.sort(key=lambda item: order_of(item.nodeid))


def group_of(node: str) -> str:
    """The folder or the file that a test shares its servers with."""
    for folder in TOGETHER:
        if node.startswith(folder):
            return folder
    return node.partition("::")[0]


def order_of(node: str) -> int:
    """Long groups first, so that no worker is left with one at the end."""
    firsts = ("tests/faults", "tests/scenarios", "tests/integration", "tests/model")
    return next((n for n, first in enumerate(firsts) if node.startswith(first)), len(firsts))
