"""docs/operations.md followed from top to bottom: every command is run, and what it says is looked at."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.compose.page import EXAMPLE, PAGE, Block, blocks
from tests.compose.shell import CommandFailed
from tests.compose.site import Context, Project, service_of
from tests.support.kafka import dump

FACTS = ("vacancies.facts", "vacancies.refusals")


# The example's own installation is played in test_1_demo.py, by the page's commands.
BLOCKS = [block for block in blocks() if block.heading != EXAMPLE]


class Followed:
    """The page, followed block by block. What each block said is kept by its heading."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.said: dict[str, list[str]] = {}
        self.noted: dict[str, Any] = {}

    def follow(self, block: Block) -> None:
        if block.registry and "JEMBATAN_KAFKA_IMAGE" in self.project.context.environment:
            # No image to be had: at least the configuration of what it starts is sound.
            self.project.compose("--profile", "tools", "config", "--quiet")
            return
        before = BEFORE.get(block.heading)
        if before and block.heading not in self.said:
            self.noted[block.heading] = before(self.project)
        text = block.text.replace("localhost:19092", self.project.kafka)
        self.said.setdefault(block.heading, []).append(self.project.shell(text))
        if " up -d" in text and "down --volumes" not in text:
            self.project.await_healthy()


def offsets(project: Project) -> list[tuple[str, int, int, str]]:
    """What lies where in the topics of vacancies."""
    return [(one.topic, one.partition, one.offset, one.event["id"]) for one in dump(project.kafka, FACTS)]


def started(project: Project) -> dict[str, str]:
    return {service_of(one): one["State"]["StartedAt"] for one in project.containers()}


def password(project: Project) -> str:
    return (project.context.folder / "deploy" / "secrets" / "partners_password").read_text()


BEFORE: dict[str, Callable[[Project], Any]] = {
    "Rotate a password": password,
    "Restore": offsets,
    "Upgrade": offsets,
    "Stop and start a part": started,
}


@pytest.fixture(scope="module")
def followed(context: Context) -> Iterator[Followed]:
    for old in (context.folder / "deploy" / "secrets").glob("[a-z]*"):
        old.unlink()
    project = Project(context)
    try:
        yield Followed(project)
    finally:
        project.down()


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.heading)
def test_every_command_of_the_page(followed: Followed, block: Block) -> None:
    followed.follow(block)
    if check := AFTER.get(block.heading):
        check(followed, followed.said[block.heading])


def installed(followed: Followed, said: list[str]) -> None:
    for name in ("postgres_password", "matching_owner_password", "vacancies_secret"):
        assert f"{name}: made" in said[0]
    if len(said) == 2:
        assert "time broker" in said[1]
        with pytest.raises(CommandFailed, match="keeps the broker's time"):
            followed.project.compose("run", "--rm", "-T", "demo")
    folder = followed.project.context.folder / "deploy" / "secrets"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_uid == os.getuid()


def scaled(followed: Followed, said: list[str]) -> None:
    assert len(followed.project.containers("matching")) == 3


def taken(followed: Followed, said: list[str]) -> None:
    if len(said) > 1:
        assert "nb-clinics-rn-1" in said[1]
        found = dump(followed.project.kafka, FACTS)
        assert [one.event["subject"] for one in found if "vacancy.pending" in one.event["type"]] == [
            "nb-clinics-rn-1"
        ]
    else:
        assert "made vacancies.reports.nb-clinics" in said[0]


def subscribed(followed: Followed, said: list[str]) -> None:
    lines = [json.loads(line) for line in said[0].splitlines() if line.startswith("{")]
    assert [one["subject"] for one in lines] == ["nb-clinics-rn-1"]


def rotated(followed: Followed, said: list[str]) -> None:
    followed.project.await_healthy()
    assert password(followed.project) != followed.noted["Rotate a password"]
    assert "partners_password: rotated" in said[0] and "postgres_password: rotated" in said[0]


def stopped(followed: Followed, said: list[str]) -> None:
    followed.project.await_healthy()
    before, now = followed.noted["Stop and start a part"], started(followed.project)
    changed = {name for name, at in now.items() if at != before[name]}
    # A service that was just starting may have ended without Kafka, and was started again.
    assert {"vacancies", "kafka"} <= changed
    assert "postgres" not in changed


def backed_up(followed: Followed, said: list[str]) -> None:
    folder = followed.project.context.folder / "backup"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {one.name for one in folder.iterdir()} == {
        "kafka.tgz",
        "postgres.tgz",
        "secrets.tgz",
        "reporters.toml",
    }
    kept = followed.project.run("git", "-C", str(followed.project.context.folder), "status", "--short")
    assert "backup" not in kept


def goes_on(followed: Followed, said: list[str]) -> None:
    """The same facts lie at the same places, and a report that comes again is known."""
    project = followed.project
    heading = "Restore" if "Upgrade" not in followed.said else "Upgrade"
    assert offsets(project) == followed.noted[heading] != []
    order = (project.context.folder / "order.jsonl").read_text()
    project.jembatan("report", "-", "--own-topic", "nb-clinics", stdin=order)
    second = order.replace("clinics-1", f"clinics-{heading}").replace("rn-1", f"rn-{heading}")
    project.jembatan("report", "-", "--own-topic", "nb-clinics", "--wait", "--timeout", "90", stdin=second)
    fresh = [one for one in offsets(project) if one not in followed.noted[heading]]
    assert len(fresh) == 1, "the repeat must lead to nothing"


AFTER: dict[str, Callable[[Followed, list[str]], None]] = {
    "Install": installed,
    "Add workers": scaled,
    "Add a reporter": taken,
    "Add a subscriber": subscribed,
    "Rotate a password": rotated,
    "Stop and start a part": stopped,
    "Back up": backed_up,
    "Restore": goes_on,
    "Upgrade": goes_on,
}


def test_nothing_is_left(followed: Followed) -> None:
    project = followed.project
    for kind in ("container", "network", "volume"):
        every = ["--all"] if kind == "container" else []
        left = project.run("docker", kind, "ls", "--quiet", *every, "--filter", f"name={project.name}")
        assert left.strip() == "", kind


def test_the_page_is_run_as_a_whole() -> None:
    page = PAGE.read_text()
    assert page.count("```") == 2 * len(blocks())
    headings = {block.heading for block in blocks()}
    assert headings >= {*AFTER, *BEFORE, "Back up", "When a disk fills", "Size"}
