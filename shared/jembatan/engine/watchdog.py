"""Progress, not liveness: a service that has work and does not get on is unready, then ends itself.

So does one that was told to stop and does not: its locks fall and its partitions are given to others.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

EVERY = 1.0
EXIT_CODE = 70
INNERMOST = 6

log = structlog.get_logger("jembatan.watchdog")


def verdict(stalled: float, after: float) -> str:
    """`ready`, `unready` after T seconds without progress, `exit` after 2 T."""
    if stalled >= 2 * after:
        return "exit"
    return "unready" if stalled >= after else "ready"


async def watch(stalled_for: Callable[[], float], after: float) -> None:
    """End the process when it has not got on for 2 T: whoever started it starts it again."""
    while True:
        await asyncio.sleep(EVERY)
        if verdict(stalled_for(), after) == "exit":
            log.critical("no progress", action="watchdog_exit", stalled=stalled_for(), stand=whereabouts())
            os._exit(EXIT_CODE)


def whereabouts() -> dict[str, str]:
    """What each task of this event loop waits for: the innermost calls, each as file:line function."""
    return {task.get_name(): " < ".join(_calls(task)) for task in asyncio.all_tasks() if not task.done()}


def _calls(task: asyncio.Task[object]) -> list[str]:
    found: list[str] = []
    awaited: Any = task.get_coro()
    while (frame := getattr(awaited, "cr_frame", None)) is not None:
        name = Path(frame.f_code.co_filename).name
        found.append(f"{name}:{frame.f_lineno} {frame.f_code.co_name}")
        awaited = awaited.cr_await
    return found[: -INNERMOST - 1 : -1]


def end_within(seconds: float) -> None:
    """End the process by force if it still runs after that many seconds, its event loop blocked or not."""
    timer = threading.Timer(seconds, _force, (seconds,))
    timer.daemon = True
    timer.start()


def _force(seconds: float) -> None:
    log.critical("stopping took too long", action="stop_forced", seconds=seconds)
    os._exit(EXIT_CODE)
