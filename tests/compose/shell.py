"""Commands with a bound on their time, whose output is in the error when they fail."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

Done = subprocess.CompletedProcess[str]


class CommandFailed(AssertionError):
    """A command ended with another code than 0, or took too long; the text holds the end of what it said."""


def tried(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    within: float = 120,
    stdin: str | None = None,
) -> Done:
    """Runs a command; CommandFailed only if it took longer than `within` seconds. stderr is in stdout."""
    try:
        return subprocess.run(
            list(command), cwd=cwd, env={**os.environ, **(env or {})}, text=True, timeout=within, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, input=stdin if stdin is not None else "",
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        said = error.stdout.decode("utf-8", "replace") if isinstance(error.stdout, bytes) else error.stdout
        raise CommandFailed(f"{_told(command)}\ntook longer than {within:.0f} s\n{_end(said)}") from error
    except FileNotFoundError as error:
        return subprocess.CompletedProcess(list(command), 127, str(error), "")


def run(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    within: float = 120,
    stdin: str | None = None,
) -> str:
    """What a command said; CommandFailed if it did not end well, or not in time."""
    done = tried(command, cwd=cwd, env=env, within=within, stdin=stdin)
    if done.returncode:
        raise CommandFailed(f"{_told(command)}\nended with {done.returncode}\n{_end(done.stdout)}")
    return done.stdout


def _told(command: Sequence[str]) -> str:
    return " ".join(command)[:2000]


def _end(said: str | None) -> str:
    return (said or "")[-6000:]
