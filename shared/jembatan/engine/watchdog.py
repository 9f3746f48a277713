"""Progress, not liveness: a service that has work and does not get on is unready, then ends itself."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable

import structlog

EVERY = 1.0
EXIT_CODE = 70

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
            log.critical("no progress", action="watchdog_exit", stalled=stalled_for())
            os._exit(EXIT_CODE)


def end_within(seconds: float) -> None:
    """End the process by force if stopping takes longer: what is under way is as safe as in a crash.

    Without Kafka and PostgreSQL some call of the libraries may have no deadline of its own.
    """
    timer = threading.Timer(seconds, _end, (seconds,))
    timer.daemon = True
    timer.start()


def _end(seconds: float) -> None:
    log.critical("stopping takes too long", action="stop_forced", seconds=seconds)
    os._exit(EXIT_CODE)
