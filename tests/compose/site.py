"""A fresh checkout on which the containers are run, as an operator has it."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tests.compose.shell import CommandFailed, run
from tests.support.platform import ROOT

FILES = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
WHEELS = Path("deploy") / "wheelhouse"
DEMO = "deploy/demo.env"
HEALTHY_WITHIN = 300.0


class Context(BaseModel):
    """What the tests are told: where the checkout is, how it is called, and the environment of commands."""

    folder: Path
    project: str
    kafka_port: int
    demo_port: int
    environment: dict[str, str]
    reference: Path


def checkout(folder: Path) -> None:
    """Copies what a clone would hold, uncommitted changes included, and the fetched wheels."""
    for name in run(FILES, cwd=ROOT).split("\0"):
        source = ROOT / name
        if name and (source.is_symlink() or source.is_file()):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name, follow_symlinks=False)
    for wheel in (ROOT / WHEELS).glob("*.whl"):
        shutil.copy2(wheel, folder / WHEELS)
    commit = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.invalid", "commit", "-qm", "All"]
    for command in (["git", "init", "-q"], ["git", "add", "-A"], commit):
        run(command, cwd=folder)


@dataclass
class Project:
    """One installation: `docker compose` with its settings.

    `env_file` lies below the checkout; `more` goes over the environment.
    """

    context: Context
    env_file: str | None = None
    more: dict[str, str] = field(default_factory=dict)
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.name = f"{self.context.project}-demo" if self.env_file else self.context.project

    @property
    def port(self) -> int:
        return self.context.demo_port if self.env_file else self.context.kafka_port

    @property
    def kafka(self) -> str:
        """Kafka's address on this machine."""
        return f"localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {"COMPOSE_PROJECT_NAME": self.name, "JEMBATAN_KAFKA_PORT": str(self.port)}
        return self.context.environment | own | self.more

    def compose(self, *arguments: str, within: float = 240, stdin: str | None = None) -> str:
        """What `docker compose` said; CommandFailed if it did not end well, or not in time."""
        chosen = ["--env-file", self.env_file] if self.env_file else []
        return self.run("docker", "compose", *chosen, *arguments, within=within, stdin=stdin)

    def jembatan(self, *arguments: str, within: float = 120, stdin: str | None = None) -> str:
        """What the command said, run as the operations page does."""
        return self.compose("run", "--rm", "-T", "jembatan", *arguments, within=within, stdin=stdin)

    def run(self, *command: str, within: float = 240, stdin: str | None = None) -> str:
        return run(command, cwd=self.context.folder, env=self.environment, within=within, stdin=stdin)

    def shell(self, text: str, within: float = 600) -> str:
        """Runs lines of a shell, as typed into one in the checkout."""
        return self.run("bash", "-euo", "pipefail", "-c", text, within=within)

    def containers(self, *services: str) -> list[dict[str, Any]]:
        """What the engine says of each container of these services, or of all."""
        label = f"label=com.docker.compose.project={self.name}"
        ids = self.run("docker", "ps", "--all", "--quiet", "--filter", label).split()
        found: list[dict[str, Any]] = json.loads(self.run("docker", "inspect", *ids)) if ids else []
        return [one for one in found if not services or service_of(one) in services]

    def await_healthy(self, *services: str, within: float = HEALTHY_WITHIN) -> None:
        """Wait until all containers that go on are healthy, and all one-shots have ended well."""
        self.until(lambda: self._sick(services), within)

    def until(self, lacking: Callable[[], list[str]], within: float) -> None:
        """Wait until nothing is lacking; after `within` seconds CommandFailed with what is, and the logs."""
        end = time.monotonic() + within
        while found := lacking():
            if time.monotonic() > end:
                logs = self.compose("logs", "--no-color", "--tail", "15")
                raise CommandFailed(f"after {within:.0f} s: {'; '.join(found)}\n{logs[-6000:]}")
            time.sleep(1)

    def _sick(self, services: tuple[str, ...]) -> list[str]:
        found = self.containers(*services)
        return [bad for one in found if (bad := complaint(one))] if found else ["no containers"]

    def down(self) -> None:
        """Take all of it away: containers, networks, volumes."""
        self.compose("--profile", "command", "--profile", "tools", "down", "--volumes", "--remove-orphans")


def service_of(container: dict[str, Any]) -> str:
    """The service that a container belongs to."""
    return str(container["Config"]["Labels"]["com.docker.compose.service"])


def complaint(container: dict[str, Any]) -> str | None:
    """Why a container is not as it should be; None if it is."""
    state, name = container["State"], container["Name"]
    if container["HostConfig"]["RestartPolicy"]["Name"] == "no":
        ended = state["Status"] == "exited" and state["ExitCode"] == 0
        return None if ended else f"{name} is {state['Status']} ({state['ExitCode']})"
    health = state.get("Health", {}).get("Status", "without a check")
    good = state["Status"] == "running" and health == "healthy"
    return None if good else f"{name} is {state['Status']}, {health}"
