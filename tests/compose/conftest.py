"""The checkout and the two installations of a run of `make compose-test`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose.page import example
from tests.compose.site import DEMO, Context, Project
from tests.faults.load import SOURCE


@pytest.fixture(scope="session")
def context() -> Context:
    return Context.model_validate_json(Path(os.environ["JEMBATAN_COMPOSE_TEST"]).read_text())


@pytest.fixture(scope="session")
def secrets(context: Context) -> Path:
    """The secrets' folder, filled by the command that operators use."""
    Project(context).shell('docker compose run --rm --user "$(id -u):$(id -g)" secrets')
    return context.folder / "deploy" / "secrets"


@pytest.fixture(scope="module")
def demo(context: Context, secrets: Path) -> Iterator[tuple[Project, str]]:
    """The example's installation, played to its end by the page's command, and what the demo said."""
    reporters = context.folder / "reporters-of-the-test.toml"
    theirs = context.folder / "examples" / "new-brunswick" / "reporters.toml"
    # One more reporter, for a load beside the example.
    reporters.write_text(
        f'{theirs.read_text()}\n[[reporter]]\ncode = "test"\nsource = "{SOURCE}"\ntypes = ["*"]\n'
    )
    project = Project(context, DEMO, {"JEMBATAN_REPORTERS_FILE": str(reporters)})
    play, remove = example()
    try:
        # Before anything that it needs: services start in any order.
        project.compose("up", "-d", "--no-deps", "matching")
        yield project, project.shell(play)
    finally:
        project.shell(remove)
