"""Contestants as processes: the peers, each in an environment of its own, and the limits in ours."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cli.embedded import child
from tests.support.platform import ROOT

PEERS = ROOT / "benchmarks" / "peers"
MADE = ROOT / ".jembatan" / "peers"


class Ended(RuntimeError):
    """A contestant has ended too soon; the message holds its last words."""


class Unavailable(RuntimeError):
    """A peer cannot be installed here; the message says why."""


def python_of(peer: str) -> Path:
    """The interpreter of a peer's environment, which is made on first use; raises Unavailable."""
    lock = PEERS / peer / "requirements.txt"
    folder = MADE / f"{peer}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    python, stamp = folder / "bin" / "python", folder / ".installed"
    if not stamp.exists():
        print(f"making the environment of {peer} …", flush=True)
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        quiet = ("--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:")
        _run([str(python), "-m", "pip", "install", *quiet, "-r", str(lock)])
        stamp.touch()
    return python


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"{' '.join(command[:4])} …: {(done.stderr or done.stdout).strip()[-600:]}")


class Program:
    """A running contestant, with its output in a file."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        launcher = [
            sys.executable, "-I", "-S", str(child.__file__), str(os.getpid()), str(int(signal.SIGKILL)),
        ]  # fmt: skip
        with log.open("wb") as sink:
            self._child = subprocess.Popen(
                [*launcher, "-", "-", *command],
                env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    def alive(self) -> None:
        """Raise Ended if it is not."""
        if self._child.poll() is not None:
            raise Ended(f"ended with {self._child.returncode}: {self.words()}")

    def send(self, what: signal.Signals) -> None:
        self._child.send_signal(what)

    def words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    def answer(self, within: float) -> dict[str, Any]:
        """Wait until it ends by itself; what its last line says, as JSON."""
        if self._child.wait(within):
            raise Ended(f"ended with {self._child.returncode}: {self.words()}")
        found: dict[str, Any] = json.loads(self.log.read_text().splitlines()[-1])
        return found

    def stop(self) -> None:
        """SIGTERM; SIGKILL after ten seconds, for a peer may wait for what never comes."""
        if self._child.poll() is None:
            self._child.terminate()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait(10)


@contextmanager
def program(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[Program]:
    """A contestant that is stopped at the end, however that comes."""
    running = Program(command, environment, log)
    try:
        yield running
    finally:
        running.stop()
