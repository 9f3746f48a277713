"""PostgreSQL as a child process, on loopback, with a password."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from cli.embedded import accounts, initdb, logs, ports, processes
from cli.embedded.errors import EmbeddedError, speaking
from jembatan import topology

_ADDRESSES = {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}


class Postgres:
    """A server with its data under `folder/postgres`. `port`: asked for, else chosen and kept.

    `settings`: but for addresses; else the topology's.
    """

    def __init__(
        self,
        folder: Path,
        password: str,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder, self.password, self.asked = folder, password, port
        self.settings = dict(settings or topology.load().database.server) | _ADDRESSES
        self.data = folder / "postgres"
        self.log = folder / "logs" / "postgres.out"
        self.account = accounts.account()
        self.programs = accounts.programs(self.account)
        self.port = 0
        self.child: processes.Child | None = None

    def dsn(self, database: str) -> str:
        """The superuser's connection URL."""
        return self.dsn_for(initdb.SUPERUSER, self.password, database)

    def dsn_for(self, role: str, password: str, database: str) -> str:
        """A role's connection URL; the password must be safe in a URL, as the generated ones are."""
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def spawn(self) -> None:
        """Starts the server, making its data first if there is none; `wait_ready` follows."""
        with speaking(self.data):
            processes.reap(self.folder, "postgres", signal.SIGINT)
            clear_remains(self.data)
            self.port = ports.choose(self.folder, "postgres", self.asked)
            if not self.data.exists():
                initdb.make(self.data, self.programs, self.password, self.account)
            self.child = processes.start(
                "postgres",
                self._program(),
                self.folder,
                cwd=self.data,
                env=initdb.environment(),
                account=self.account,
                # Fast shutdown: ends sessions, then writes a checkpoint.
                quit_signal=signal.SIGINT,
            )

    def wait_ready(self, seconds: float = 60) -> None:
        """Returns when the server takes connections; EmbeddedError if it ended or took longer."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.child is None or self.child.exited() is not None:
                words = logs.why(logs.tail(self.log), self.folder, self.port, self.log)
                raise EmbeddedError(f"PostgreSQL ended while starting: {words}")
            if self._status() == (self.child.pid, "ready"):
                return
            processes.wait()
        raise EmbeddedError(f"PostgreSQL was not ready within {seconds:.0f} s; see {self.log}.")

    def stop(self, grace: float = 30) -> None:
        """Ends the server in order."""
        if self.child:
            self.child.stop(grace)
            self.child = None

    def kill(self) -> None:
        """Ends the server as a crash would (SIGKILL to the postmaster; its sessions end by themselves)."""
        if self.child:
            self.child.kill()

    def _program(self) -> list[str]:
        options = [word for key, value in self.settings.items() for word in ("-c", f"{key}={value}")]
        where = initdb.place(self.data, self.account)
        return [str(self.programs / "bin" / "postgres"), "-D", where, "-p", str(self.port), *options]

    def _status(self) -> tuple[int, str]:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return int(lines[0]), lines[7].strip()
        except (OSError, IndexError, ValueError):
            return 0, ""


def clear_remains(data: Path) -> bool:
    """Ends servers of an earlier run on this data, then drops its pid file; True if there were any."""
    left = _in_folder(data)
    for process in left:
        processes.end(process, signal.SIGQUIT, 10)
    # Its pid may be a stranger's by now, and PostgreSQL would not start.
    (data / "postmaster.pid").unlink(missing_ok=True)
    return bool(left)


def _in_folder(folder: Path) -> list[psutil.Process]:
    """PostgreSQL's processes that work in this data folder: a postmaster, sessions that outlived theirs."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name().startswith("postgres") and Path(process.cwd()) == folder.resolve():
                found.append(process)
    return found
