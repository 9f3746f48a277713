"""Child processes with a record on disk, so that a later run can find what an earlier one left behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

from cli.embedded.logs import rotate

# Linux signals a child when the *thread* that started it ends: this one lives as long as the process.
_STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")
_LAUNCHER = Path(__file__).with_name("child.py")
_TICK = 0.05
# A process's time of start is read from a clock that may be set between two readings. Seconds.
_CLOCK = 2.0
_FORCED = 10.0


@dataclass(frozen=True)
class Account:
    """An operating system's account that a child runs as."""

    uid: int
    gid: int


@dataclass
class Child:
    """A running child. `quit_signal` is what asks it to end in order."""

    name: str
    process: subprocess.Popen[bytes]
    record: Path
    quit_signal: signal.Signals

    @property
    def pid(self) -> int:
        return self.process.pid

    def exited(self) -> int | None:
        """The exit code, or None while it runs."""
        return self.process.poll()

    def ask(self) -> None:
        """Asks it to end; `stop` waits for it."""
        if self.exited() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.quit_signal)

    def stop(self, grace: float) -> None:
        """Ends it: in order within `grace` seconds, else by force."""
        self.ask()
        try:
            self.process.wait(grace)
        except subprocess.TimeoutExpired:
            self.kill()
        self.record.unlink(missing_ok=True)

    def kill(self) -> None:
        """Ends it by force, as a crash would."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(30)


def start(
    name: str,
    program: Sequence[str],
    folder: Path,
    *,
    cwd: Path,
    env: Mapping[str, str],
    account: Account | None = None,
    quit_signal: signal.Signals = signal.SIGTERM,
) -> Child:
    """Starts a child with its output in `logs/<name>.out` and its record in `pids/<name>.json` of `folder`.

    It has its own process group, so that Ctrl-C reaches the supervisor alone, and ends with this process.
    """
    logs, pids = folder / "logs", folder / "pids"
    logs.mkdir(parents=True, exist_ok=True)
    pids.mkdir(parents=True, exist_ok=True)
    who = [str(account.uid), str(account.gid)] if account else ["-", "-"]
    launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid()), str(int(quit_signal)), *who]
    rotate(logs / f"{name}.out")
    with (logs / f"{name}.out").open("ab") as output:
        process = _STARTER.submit(
            lambda: subprocess.Popen(  # noqa: S603
                [*launcher, *program],
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        ).result()
    record = pids / f"{name}.json"
    write_record(record, process.pid, list(program))
    return Child(name, process, record, quit_signal)


def write_record(record: Path, pid: int, program: list[str]) -> None:
    """Notes a process by its id and the time of its start, which together are never used again."""
    record.parent.mkdir(parents=True, exist_ok=True)
    try:
        started = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return
    write_atomically(record, json.dumps({"pid": pid, "started": started, "program": program}))


def write_atomically(path: Path, text: str, mode: int = 0o600) -> None:
    """Replaces a file at once: a reader sees the old text or the new, also after a crash."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def orphan(record: Path) -> psutil.Process | None:
    """The recorded process if it still runs; None if its pid is free or belongs to something else by now."""
    try:
        known = json.loads(record.read_text())
        process = psutil.Process(known["pid"])
        same = abs(process.create_time() - known["started"]) < _CLOCK and _same_program(
            process, known["program"]
        )
        return process if same and not has_ended(process) else None
    except (OSError, ValueError, KeyError, psutil.Error):
        return None


def _same_program(process: psutil.Process, program: list[str]) -> bool:
    # The launcher, if it was caught before it became the program.
    return process.cmdline()[:1] in (program[:1], [sys.executable])


def has_ended(process: psutil.Process) -> bool:
    """True also for one that nobody has waited for, as in a container whose first process does not."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def end(process: psutil.Process, quit_signal: signal.Signals, grace: float) -> None:
    """Ends a process that need not be a child of this one: in order within `grace` seconds, else by force."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(quit_signal)
        if not _until_ended(process, grace):
            process.kill()
            _until_ended(process, _FORCED)


def _until_ended(process: psutil.Process, seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while not has_ended(process) and time.monotonic() < limit:
        wait()
    return has_ended(process)


def reap(folder: Path, name: str, quit_signal: signal.Signals, grace: float = 20) -> bool:
    """Ends what an earlier run left under this name; True if there was something."""
    record = folder / "pids" / f"{name}.json"
    left = orphan(record)
    if left:
        end(left, quit_signal, grace)
    record.unlink(missing_ok=True)
    return left is not None


def wait(seconds: float = _TICK) -> None:
    time.sleep(seconds)
