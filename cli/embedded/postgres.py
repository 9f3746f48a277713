"""PostgreSQL as a child process, on loopback, with a password."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from cli.embedded import accounts, ports, processes
from cli.embedded.errors import EmbeddedError, speaking

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "synchronous_commit": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
SUPERUSER = "postgres"


class Postgres:
    """A server with its data under `folder/postgres`. `port`: asked for, else chosen and kept."""

    def __init__(self, folder: Path, password: str, port: int | None = None) -> None:
        self.folder, self.password, self.asked = folder, password, port
        self.data = folder / "postgres"
        self.account = accounts.account()
        self.programs = accounts.programs(self.account)
        self.port = 0
        self.child: processes.Child | None = None

    def dsn(self, database: str) -> str:
        """The superuser's connection URL."""
        return self.dsn_for(SUPERUSER, self.password, database)

    def dsn_for(self, role: str, password: str, database: str) -> str:
        """A role's connection URL; the password must be safe in a URL, as the generated ones are."""
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def spawn(self) -> None:
        """Starts the server, making its data first if there is none; `wait_ready` follows."""
        with speaking(self.data):
            self._clear_remains()
            self._initialise()
            self.port = ports.choose(self.folder, "postgres", self.asked)
            options = [word for key, value in _SETTINGS.items() for word in ("-c", f"{key}={value}")]
            self.child = processes.start(
                "postgres",
                [str(self.programs / "bin" / "postgres"), "-D", self._data(), "-p", str(self.port), *options],
                self.folder,
                cwd=self.data,
                env=_environment(),
                account=self.account,
                # Fast shutdown: ends sessions, then writes a checkpoint.
                quit_signal=signal.SIGINT,
            )

    def wait_ready(self, seconds: float = 60) -> None:
        """Returns when the server takes connections; EmbeddedError if it ended or took longer."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.child is None or self.child.exited() is not None:
                raise EmbeddedError(f"PostgreSQL ended while starting: {self._last_words()}")
            if self._status() == (self.child.pid, "ready"):
                return
            processes.wait()
        raise EmbeddedError(f"PostgreSQL was not ready within {seconds:.0f} s; see {self._log()}.")

    def stop(self, grace: float = 30) -> None:
        """Ends the server in order."""
        if self.child:
            self.child.stop(grace)
            self.child = None

    def kill(self) -> None:
        """Ends the server as a crash would (SIGKILL to the postmaster; its sessions end by themselves)."""
        if self.child:
            self.child.kill()

    def _data(self) -> str:
        # Another account may not be allowed through the folders above; its own working folder it can always use.
        return "/proc/self/cwd" if self.account else str(self.data)

    def _log(self) -> Path:
        return self.folder / "logs" / "postgres.out"

    def _status(self) -> tuple[int, str]:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return int(lines[0]), lines[7].strip()
        except (OSError, IndexError, ValueError):
            return 0, ""

    def _clear_remains(self) -> None:
        """Ends servers of an earlier run on this data, then drops a pid file that could name a stranger by now."""
        processes.reap(self.folder, "postgres", signal.SIGINT)
        for process in _in_folder(self.data):
            processes.end(process, signal.SIGQUIT, 10)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _initialise(self) -> None:
        # The mark comes last: a folder without it holds an interrupted initdb, never rows.
        mark = self.folder / "postgres-made"
        if mark.exists() and (self.data / "PG_VERSION").exists():
            return
        if not mark.exists():
            shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            os.chown(self.data, self.account.uid, self.account.gid)
        self._initdb()
        processes.write_atomically(mark, "")

    def _initdb(self) -> None:
        with tempfile.TemporaryFile() as secret:
            secret.write(self.password.encode())
            secret.flush()
            secret.seek(0)
            if self.account:
                os.fchown(secret.fileno(), self.account.uid, self.account.gid)
            done = _run_as(self.account)(
                [str(self.programs / "bin" / "initdb"), "-D", self._data(), *_INITDB],
                stdin=secret,
                cwd=self.data,
                env=_environment(),
                capture_output=True,
                text=True,
                timeout=180,
                check=False,
            )
        if done.returncode:
            raise EmbeddedError(self._refused(done.stderr))

    def _refused(self, words: str) -> str:
        if "No space left" in words:
            return f"The disk under {self.folder} is full; make room, or choose another folder."
        return f"PostgreSQL could not make its data folder: {' '.join(words.split())[-300:]}"

    def _last_words(self) -> str:
        words = _tail(self._log())
        if "No space left" in words:
            return f"the disk under {self.folder} is full; make room, or choose another folder."
        if "Address already in use" in words:
            return f"port {self.port} was taken meanwhile; start again."
        return f"see {self._log()} ({words.splitlines()[-1] if words else 'empty'})."


_INITDB = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=scram-sha-256",
    f"--username={SUPERUSER}",
    "--pwfile=/dev/stdin",
    "--no-instructions",
)


def _run_as(who: accounts.Account | None) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        rights = {"user": who.uid, "group": who.gid, "extra_groups": []} if who else {}
        return subprocess.run(*arguments, **options, **rights)  # type: ignore[call-overload, no-any-return]

    return run


def _in_folder(folder: Path) -> list[psutil.Process]:
    """PostgreSQL's processes that work in this data folder, the postmaster's own and its sessions'."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name().startswith("postgres") and Path(process.cwd()) == folder.resolve():
                found.append(process)
    return found


def _tail(path: Path, size: int = 8192) -> str:
    try:
        return path.read_bytes()[-size:].decode("utf-8", "replace")
    except OSError:
        return ""


def _environment() -> dict[str, str]:
    """Without settings meant for another PostgreSQL."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LD_", "LC_", "LANG"))} | {
        "LC_ALL": "C"
    }
