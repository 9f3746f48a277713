"""What a server's log says about its end."""

from __future__ import annotations

from pathlib import Path

_KEEP = 10 * 2**20


def tail(path: Path, most: int = 8192) -> str:
    """The end of a text file, `most` bytes of it; empty if it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - most))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def size(path: Path) -> int:
    """A file's length in bytes; 0 if there is none."""
    return path.stat().st_size if path.exists() else 0


def why(words: str, folder: Path, port: int, log: Path) -> str:
    """A sentence about a server's end, from the last words of its log."""
    if "No space left" in words:
        return f"the disk under {folder} is full; make room, or choose another folder."
    if "Address already in use" in words:
        return f"port {port} was taken meanwhile; start again."
    lines = words.strip().splitlines()
    return f"see {log} ({lines[-1] if lines else 'empty'})."


def rotate(path: Path, limit: int = _KEEP) -> None:
    """Puts a log aside, over the one put aside before, once it is larger than `limit` bytes."""
    if size(path) > limit:
        path.replace(path.with_name(path.name + ".1"))
