"""A container engine: the one that is there, or one of Debian's packages, started here as a child."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from cli.embedded import processes
from tests.compose import firewall
from tests.compose.shell import CommandFailed, run, tried

PACKAGES = ("docker.io", "docker-compose", "debootstrap", "iptables")
# overlay2 copies nothing, but needs a file system that it can lie on.
DRIVERS = ("overlay2", "vfs")
READY_WITHIN = 60.0
# What an engine is made of; a process's name has 15 characters.
PARTS = ("dockerd", "containerd", "containerd-shim", "docker-proxy", "docker-init")
PLUGIN = """#!/bin/sh
# Makes `docker compose` of docker-compose, for an engine's client that came without it.
if [ "$1" = docker-cli-plugin-metadata ]; then
    echo '{"SchemaVersion":"0.1.0","Vendor":"Debian","Version":"1.29","ShortDescription":"Compose"}'
    exit 0
fi
shift
exec docker-compose "$@"
"""
Say = Callable[[str], None]


class NoEngine(Exception):
    """No engine can run here; the text says why."""


@dataclass(frozen=True)
class Engine:
    """A running engine. `environment`: what its client needs; `ours`: it was started here."""

    environment: dict[str, str]
    ours: bool

    def docker(self, *arguments: str, within: float = 120) -> str:
        return run(["docker", *arguments], env=self.environment, within=within)


@contextmanager
def engine(folder: Path, say: Say) -> Iterator[Engine]:
    """An engine for as long as the context lasts. Raises NoEngine."""
    environment = {"DOCKER_BUILDKIT": "0"}
    if _answers(environment):
        say("Using the container engine that is there.")
        yield Engine(environment | _compose(folder, environment), ours=False)
        return
    _install(say)
    with _started(folder, say) as host:
        environment |= {"DOCKER_HOST": host}
        yield Engine(environment | _compose(folder, environment), ours=True)


def _answers(environment: dict[str, str]) -> bool:
    with contextlib.suppress(CommandFailed):
        return tried(["docker", "version"], env=environment, within=20).returncode == 0
    return False


def _compose(folder: Path, environment: dict[str, str]) -> dict[str, str]:
    """Nothing if the client knows `compose`; else a configuration in which it does. Raises NoEngine."""
    if tried(["docker", "compose", "version"], env=environment, within=20).returncode == 0:
        return {}
    if shutil.which("docker-compose") is None:
        raise NoEngine("There is an engine, but neither `docker compose` nor docker-compose.")
    plugin = folder / "client" / "cli-plugins" / "docker-compose"
    plugin.parent.mkdir(parents=True, exist_ok=True)
    plugin.write_text(PLUGIN)
    plugin.chmod(0o755)
    return {"DOCKER_CONFIG": str(folder / "client")}


def _install(say: Say) -> None:
    """Installs what is missing from Debian's packages. Raises NoEngine."""
    wanted = ("dockerd", "docker", "docker-compose", "debootstrap", "iptables")
    if all(shutil.which(program, path=_PATH) for program in wanted):
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoEngine("No container engine answers, and only root on Debian can install one.")
    say("Installing a container engine from Debian's packages …")
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-qy", "--no-install-recommends", *PACKAGES]):
        done = tried(["apt-get", *command], env=env, within=600)
        if done.returncode:
            raise NoEngine(f"apt-get {command[0]} failed: {done.stdout.strip()[-500:]}")


_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


@contextmanager
def _started(folder: Path, say: Say) -> Iterator[str]:
    """Starts dockerd with all that it keeps in `folder`; stops it by its process id and clears its mounts."""
    home = folder / "engine"
    with firewall.kept():
        try:
            child, host = _start(home, say)
            try:
                yield host
            finally:
                child.stop(60)
        finally:
            _clear(home)


def _start(home: Path, say: Say) -> tuple[processes.Child, str]:
    said = ""
    for driver in DRIVERS:
        home.mkdir(parents=True, exist_ok=True)
        host = f"unix://{home}/d.sock"
        child = processes.start(
            "dockerd", _program(home, host, driver), home, cwd=home, env={**os.environ, "PATH": _PATH}
        )
        if _ready(child, host):
            say(f"Started a container engine (dockerd, {driver}).")
            return child, host
        child.stop(20)
        said = (home / "logs" / "dockerd.out").read_text(errors="replace")[-800:]
        _clear(home)
    raise NoEngine(f"dockerd does not run here: {said}")


def _program(home: Path, host: str, driver: str) -> Sequence[str]:
    dockerd = shutil.which("dockerd", path=_PATH)
    return [
        str(dockerd), "--data-root", str(home / "data"), "--exec-root", str(home / "exec"), "-H", host,
        "--pidfile", str(home / "pid"), "--storage-driver", driver, "--bridge", "none",
        # Without these, containers may ask for more than the engine itself is allowed.
        "--default-ulimit", "nofile=4096:4096", "--default-ulimit", "nproc=4096:4096",
    ]  # fmt: skip


def _ready(child: processes.Child, host: str) -> bool:
    end = time.monotonic() + READY_WITHIN
    while child.exited() is None and time.monotonic() < end:
        if _answers({"DOCKER_HOST": host}):
            return True
        time.sleep(0.5)
    return False


def _clear(home: Path) -> None:
    """Ends what an engine that was killed left running in `home`, unmounts what it mounted, removes all."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() in PARTS and any(str(home) in word for word in process.cmdline()):
                processes.end(process, signal.SIGTERM, 10)
    for mount in reversed(_mounts(home)):
        subprocess.run(["umount", "--lazy", mount], check=False, capture_output=True, timeout=30)
    shutil.rmtree(home, ignore_errors=True)


def _mounts(home: Path) -> list[str]:
    lines = Path("/proc/self/mounts").read_text().splitlines()
    points = [line.split()[1].encode().decode("unicode_escape") for line in lines]
    return sorted(point for point in points if point.startswith(f"{home}/"))
