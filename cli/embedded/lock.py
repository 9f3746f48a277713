"""One owner of a data folder at a time."""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock, Timeout

from cli.embedded.errors import EmbeddedError, speaking


class Lock:
    """The lock on a data folder; the system frees it when its owner dies, however that happens."""

    def __init__(self) -> None:
        self._held: FileLock | None = None

    def acquire(self, folder: Path) -> None:
        """Takes the folder; EmbeddedError that names the process which has it."""
        if self._held:
            return
        # Started and stopped from different threads.
        lock = FileLock(folder / "lock", thread_local=False)
        try:
            with speaking(folder):
                lock.acquire(blocking=False)
        except Timeout as error:
            raise EmbeddedError(
                f"Jembatan is already running in {folder}{_by(folder)}; `jembatan down` stops it."
            ) from error
        self._held = lock
        (folder / "owner").write_text(str(os.getpid()))

    def release(self) -> None:
        """Gives the folder back; safe to call twice."""
        if self._held:
            self._held.release()
            self._held = None


def _by(folder: Path) -> str:
    try:
        return f" (process {int((folder / 'owner').read_text())})"
    except (OSError, ValueError):
        return ""
