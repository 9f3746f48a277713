"""Waiting for a condition outside of any event loop."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep


def until(true: Callable[[], bool], what: str, within: float = 90.0) -> None:
    """Return when it is true, asked again and again; fails by name."""
    deadline = monotonic() + within
    while not true():
        assert monotonic() < deadline, f"not within {within} s: {what}"
        sleep(0.2)
