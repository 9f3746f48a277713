"""The supervisor in a process of its own, which outlives the command that started it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from cli.embedded import logs, processes, runtime
from cli.embedded.errors import EmbeddedError
from cli.embedded.options import Options

FAULT = "error: "
_KEPT: list[subprocess.Popen[bytes]] = []


def start_detached(folder: Path, options: Options, say: Callable[[str], None]) -> None:
    """Returns when the platform is ready; EmbeddedError with the supervisor's own sentence if it ended."""
    log = folder / "logs" / "supervisor.out"
    log.parent.mkdir(parents=True, exist_ok=True)
    logs.rotate(log)
    with log.open("ab") as output:
        where = output.tell()
        child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "cli.embedded", str(folder), options.model_dump_json()],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # Python complains of a child that is forgotten while it runs; this one is meant to go on.
    _KEPT.append(child)
    _follow(child, folder, log, where, say)


def _follow(
    child: subprocess.Popen[bytes], folder: Path, log: Path, where: int, say: Callable[[str], None]
) -> None:
    fault = f"The supervisor ended; see {log}."
    with log.open("r", encoding="utf-8", errors="replace") as text:
        text.seek(where)
        while True:
            ended, found = child.poll(), runtime.read_runtime(folder)
            for line in text.read().splitlines():
                if line.startswith(FAULT):
                    fault = line.removeprefix(FAULT)
                else:
                    say(line)
            if ended is not None:
                raise EmbeddedError(fault)
            if found and found.supervisor == child.pid:
                return
            processes.wait()
