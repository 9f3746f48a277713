"""The services' processes: started, watched, started again."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cli.embedded import logs, processes

_LONGEST = 30.0
_PROVEN = 60.0
# Loopback is never behind a proxy.
_WEB = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def delay(failures: int) -> float:
    """Seconds before the next start after `failures` ends in a row: 0.5, 1, 2 … at most 30."""
    return float(min(_LONGEST, 0.5 * 2 ** min(max(failures - 1, 0), 10)))


@dataclass
class Backoff:
    """When to start again. An end after a minute of running counts as the first. Times in seconds."""

    failures: int = 0
    due: float | None = None
    started: float = 0.0

    def start(self, now: float) -> None:
        self.started, self.due = now, None

    def end(self, now: float) -> float:
        """Notes an end; gives the seconds until the next start."""
        self.failures = 1 if now - self.started >= _PROVEN else self.failures + 1
        self.due = now + delay(self.failures)
        return self.due - now

    def is_due(self, now: float) -> bool:
        return self.due is not None and now >= self.due


@dataclass
class Worker:
    """One process of a service; `name` is the service's, with a number from the second on.

    `began`: where the log stood at the last start, in bytes.
    """

    name: str
    service: str
    program: list[str]
    folder: Path
    environment: Mapping[str, str]
    port: int
    child: processes.Child | None = None
    backoff: Backoff = field(default_factory=Backoff)
    began: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "logs" / f"{self.name}.out"

    def start(self, now: float) -> None:
        self.backoff.start(now)
        logs.rotate(self.log)
        self.began = logs.size(self.log)
        environment = {**os.environ, **self.environment}
        self.child = processes.start(self.name, self.program, self.folder, cwd=Path.cwd(), env=environment)

    def look(self, now: float, say: Callable[[str], None]) -> bool:
        """Notices its end, starts it again when that is due; True if its process changed."""
        if self.child and (code := self.child.exited()) is not None:
            self.child.stop(0)
            self.child = None
            wait = self.backoff.end(now)
            say(f"{self.name} ended ({_end(code)}), starts again in {wait:g} s; see {self.log}.")
            return True
        if self.child is None and self.backoff.is_due(now):
            self.start(now)
            say(f"{self.name} started again (process {self.child.pid if self.child else '?'}).")
            return True
        return False

    def is_ready(self) -> bool:
        """True if it answers that it gets on."""
        if self.child is None or self.child.exited() is not None:
            return False
        try:
            with _WEB.open(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def last_words(self) -> str:
        """What it said since its last start that is meant for people, and not for a log's reader."""
        since = logs.size(self.log) - self.began
        lines = [line.strip() for line in logs.tail(self.log, max(0, min(since, 8192))).splitlines()]
        return (
            " ".join([line for line in lines if line and not line.startswith("{")][-3:]) or "it said nothing"
        )


def _end(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def stop_all(workers: list[Worker], grace: float = 20) -> None:
    """Asks all to end, then waits for each; by force after `grace` seconds."""
    for worker in workers:
        if worker.child:
            worker.child.ask()
    for worker in workers:
        if worker.child:
            worker.child.stop(grace)
            worker.child = None
