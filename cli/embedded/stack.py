"""Kafka and PostgreSQL together, for `jembatan up` and for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cli.embedded import errors, jars
from cli.embedded.initdb import SUPERUSER
from cli.embedded.kafka import Kafka
from cli.embedded.lock import Lock
from cli.embedded.postgres import Postgres
from cli.embedded.vault import Vault
from jembatan import topology
from jembatan.engine.roles import create_database


def _quiet(_: str) -> None:
    """Says nothing."""


class EmbeddedStack:
    """A Kafka broker and a PostgreSQL server with all their data under `folder`, of one process at a time.

    `kafka` is "127.0.0.1:port", `postgres` the superuser's URL of the platform's database; both are there
    after `start` and stay the same over restarts. Usable as a context manager, plain or async. The methods
    block (a start takes some seconds); from an event loop call them by `asyncio.to_thread`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        kafka_port: int | None = None,
        postgres_port: int | None = None,
        plan: topology.Topology | None = None,
        say: Callable[[str], None] = _quiet,
    ) -> None:
        self.folder, self.say = folder.resolve(), say
        self.plan = plan or topology.load()
        self.vault = Vault(self.folder)
        self._lock = Lock()
        self._asked = kafka_port, postgres_port
        self._kafka: Kafka | None = None
        self._postgres: Postgres | None = None

    @property
    def broker(self) -> Kafka:
        if self._kafka is None:
            raise errors.EmbeddedError("The embedded stack is not started.")
        return self._kafka

    @property
    def server(self) -> Postgres:
        if self._postgres is None:
            raise errors.EmbeddedError("The embedded stack is not started.")
        return self._postgres

    @property
    def kafka(self) -> str:
        return self.broker.address

    @property
    def postgres(self) -> str:
        return self.server.dsn(self.plan.database.name)

    def postgres_for(self, role: str) -> str:
        """A role's URL of the platform's database, with its generated password."""
        return self.server.dsn_for(role, self.vault.password(role), self.plan.database.name)

    def claim(self) -> None:
        """Takes the folder for this process, as `start` does; EmbeddedError if another has it."""
        errors.prepare(self.folder)
        self._lock.acquire(self.folder)

    def start(self) -> None:
        """Starts both and returns when they answer; EmbeddedError, and none left running, if one cannot."""
        self.claim()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        settings = self.plan.broker_settings("embedded")
        self._kafka = Kafka(self.folder, jars.classpath(self.say), settings, self._asked[0])
        password, server = self.vault.password(SUPERUSER), self.plan.database.server
        self._postgres = Postgres(self.folder, password, self._asked[1], server)
        self._kafka.spawn()
        self.start_postgres()
        self._kafka.wait_ready()

    def stop(self) -> None:
        """Ends both in order; safe to call twice."""
        parts = [part for part in (self._kafka, self._postgres) if part]
        for part in parts:
            if part.child:
                part.child.ask()
        for part in parts:
            part.stop()
        self._lock.release()

    def start_kafka(self) -> None:
        self.broker.spawn()
        self.broker.wait_ready()

    def start_postgres(self) -> None:
        self.server.spawn()
        self.server.wait_ready()
        blocking(create_database(self.server.dsn("postgres"), self.plan.database.name))

    def restart_kafka(self) -> None:
        """Stops the broker in order, if it runs, and starts it on the same port and data."""
        self.broker.stop()
        self.start_kafka()

    def restart_postgres(self) -> None:
        """Stops the server in order, if it runs, and starts it on the same port and data."""
        self.server.stop()
        self.start_postgres()

    def kill_kafka(self) -> None:
        """SIGKILL to the broker; `restart_kafka` brings it back."""
        self.broker.kill()

    def kill_postgres(self) -> None:
        """SIGKILL to the postmaster; `restart_postgres` brings it back."""
        self.server.kill()

    def pids(self) -> dict[str, list[int]]:
        """The running processes by name."""
        children = {"kafka": self.broker.child, "postgres": self.server.child}
        return {name: [child.pid] for name, child in children.items() if child and child.exited() is None}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)


def blocking(work: Coroutine[Any, Any, None]) -> None:
    """Runs a coroutine to its end in a thread of its own: the caller may be inside a running event loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()
