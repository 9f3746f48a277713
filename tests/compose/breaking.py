"""Breaking an installation on purpose, and seeing how it stands."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass

from tests.compose.shell import CommandFailed
from tests.compose.site import Project

READY = (
    "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8080/readyz', timeout=4).read().decode())"
)


def killed(project: Project, service: str) -> None:
    """SIGKILL to all in one container of a service; returns when its restart policy has started it again."""
    one = project.containers(service)[0]
    before = (one["RestartCount"], one["State"]["StartedAt"])
    # The first process is spared, and ends with the last one; the shell that sends it may be ended with the
    # container. That it was killed is seen by its being started again.
    with suppress(CommandFailed):
        project.run("docker", "exec", one["Id"], "sh", "-c", "kill -9 -1")

    def still() -> list[str]:
        now = json.loads(project.run("docker", "inspect", one["Id"]))[0]
        again = now["RestartCount"] > before[0] and now["State"]["StartedAt"] > before[1]
        return [] if again and now["State"]["Running"] else [f"{service} was not started again"]

    project.until(still, within=60)


@dataclass
class Installation:
    """How the services of a project stand."""

    project: Project

    def partitions(self, service: str) -> list[list[int]]:
        """What each worker of a service has, by its own word."""
        told = [
            self.project.run("docker", "exec", one["Id"], "python3", "-I", "-S", "-c", READY)
            for one in self.project.containers(service)
        ]
        return [sorted(json.loads(text)["partitions"]) for text in told]

    def unshared(self, service: str, workers: int, partitions: int) -> list[str]:
        """What is wrong with how a service's partitions are shared out."""
        found = self.partitions(service)
        shared = sorted(number for numbers in found for number in numbers)
        good = len(found) == workers and all(found) and shared == list(range(partitions))
        return [] if good else [f"{service} has {found}"]
