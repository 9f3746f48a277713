"""A whole platform of real processes for one test: Kafka, PostgreSQL and services, each killable."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from cli.embedded import child
from cli.embedded.stack import EmbeddedStack
from jembatan import topology
from jembatan.contracts.own_topics import own_topics
from jembatan.contracts.reporters import load_reporters
from jembatan.engine import roles
from jembatan.engine.migrate import migrate
from jembatan.engine.topics import create as create_topics

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("partners", "vacancies", "matching")
SESSION_MS = 6_000


class Process:
    """One service's process, with its output in a file."""

    def __init__(
        self,
        name: str,
        environment: Mapping[str, str],
        log: Path,
        port: int,
        command: Sequence[str] = ("cli.main", "service"),
    ) -> None:
        self.name = name
        self.port = port
        self.log = log
        with log.open("ab") as sink:
            # It ends with the test's process, also when that is killed.
            launcher = [
                sys.executable,
                "-I",
                "-S",
                str(child.__file__),
                str(os.getpid()),
                str(int(signal.SIGKILL)),
            ]
            self._child = subprocess.Popen(
                [*launcher, "-", "-", sys.executable, "-m", *command, name],
                env={**os.environ, **environment},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child.poll() is None

    def send(self, what: signal.Signals) -> None:
        self._child.send_signal(what)

    @property
    def exit_code(self) -> int | None:
        return self._child.poll()

    def kill(self) -> None:
        """SIGKILL, and the proof that it hit."""
        self._child.kill()
        assert self._child.wait(10) == -signal.SIGKILL

    def stop(self, grace: float = 30.0) -> int:
        """SIGTERM and wait; SIGKILL if it does not end."""
        if self.running:
            self._child.terminate()
        try:
            return self._child.wait(grace)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait(10)
            raise

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


class Platform:
    """Topics, roles and schemas made; services are started one by one."""

    services: Sequence[str] = SERVICES
    command: Sequence[str] = ("cli.main", "service")

    def __init__(self, stack: EmbeddedStack, folder: Path, *, time_source: str, reporters: Path) -> None:
        self.stack = stack
        self.folder = folder
        self.time_source = time_source
        self.reporters = reporters
        self.partitions = stack.plan.installation("embedded").partitions
        self.processes: list[Process] = []

    @property
    def kafka(self) -> str:
        return self.stack.kafka

    @property
    def postgres(self) -> str:
        return self.stack.postgres

    async def prepare(self) -> None:
        """Make topics, roles and schemas."""
        plan = self.stack.plan
        own = own_topics(load_reporters(self.reporters).reporter, SERVICES)
        wanted = topology.topics(plan, "embedded", self.time_source, own)  # type: ignore[arg-type]
        await create_topics(self.kafka, wanted)
        found = topology.roles(plan)
        await roles.create_roles(
            self.postgres, found, {r.name: self.stack.vault.password(r.name) for r in found}
        )
        for service in SERVICES:
            owner = topology.role_name(service, "owner")
            await migrate(self.postgres, service, ROOT / "services" / service / "migrations", owner)

    def start(self, *names: str, **extra: str) -> list[Process]:
        """Start one process of each named service."""
        started = [self._start(name, extra) for name in names]
        self.processes += started
        return started

    def _start(self, name: str, extra: Mapping[str, str]) -> Process:
        port = free_port()
        number = len(self.processes)
        environment = self.environment(name) | {"JEMBATAN_WEB_PORT": str(port)} | dict(extra)
        log = self.folder / f"{name}-{number}-{port}.log"
        return Process(name, environment, log, port, self.command)

    def environment(self, service: str) -> dict[str, str]:
        """The settings of a service's process."""
        return {
            "JEMBATAN_KAFKA": self.kafka,
            "JEMBATAN_POSTGRES": self.stack.postgres_for(topology.role_name(service, "app")),
            "JEMBATAN_TIME": self.time_source,
            "JEMBATAN_PARTITIONS": str(self.partitions),
            "JEMBATAN_REPORTERS": str(self.reporters),
            "JEMBATAN_PROGRAMMES": str(ROOT / "programmes"),
            "JEMBATAN_SESSION_TIMEOUT_MS": str(SESSION_MS),
            "JEMBATAN_SECRET": "5e" * 32,
            "JEMBATAN_TICK_EVERY": "0.5",
            "JEMBATAN_REQUEST_TIMEOUT": "10",
        }

    def await_ready(self, *processes: Process, within: float = 60.0) -> None:
        """Wait until these (or all running) processes are ready; their logs are named if they are not."""
        deadline = time.monotonic() + within
        for process in processes or self.running():
            while not process.ready():
                if not process.running or time.monotonic() > deadline:
                    raise AssertionError(f"{process.name} is not ready:\n{process.log.read_text()[-6000:]}")
                time.sleep(0.1)

    def running(self, name: str | None = None) -> list[Process]:
        return [p for p in self.processes if p.running and name in (None, p.name)]

    def revive(self) -> None:
        """Start what ended by itself, as `jembatan up` and every restart policy do."""
        for name in self.services:
            if not self.running(name):
                self.start(name)

    def stop(self) -> None:
        """Stop every service's process, by its id."""
        for process in self.running():
            process.send(signal.SIGTERM)
        for process in self.processes:
            if process.running:
                try:
                    process.stop()
                except subprocess.TimeoutExpired:
                    continue


P = TypeVar("P", bound=Platform)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def platform(
    folder: Path, *, time_source: str = "broker", reporters: Path = ROOT / "tests/support/reporters.toml"
) -> Iterator[Platform]:
    """A prepared platform in `folder`; everything that was started in it is stopped at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        EmbeddedStack(folder / "stack") as stack,
        prepared(Platform(stack, folder, time_source=time_source, reporters=reporters)) as whole,
    ):
        yield whole


@contextmanager
def prepared(whole: P) -> Iterator[P]:
    """A platform on servers that run, prepared; its processes are stopped at the end."""
    asyncio.run(whole.prepare())
    try:
        yield whole
    finally:
        whole.stop()


def query(dsn: str, sql: str, *arguments: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """The rows of one statement, by a connection of its own."""

    async def ask() -> list[dict[str, Any]]:
        connection = await asyncpg.connect(dsn, timeout=10)
        try:
            return [dict(row) for row in await connection.fetch(sql, *arguments)]
        finally:
            await connection.close()

    return asyncio.run(ask())
