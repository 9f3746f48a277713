"""Ending tasks for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

AGAIN = 5.0


async def end(tasks: Sequence[asyncio.Task[Any]], patience: float | None = None) -> None:
    """Cancel tasks, and again after `patience` seconds each, until all have ended.

    A task needs that long to let go of what it has in order; cancelled meanwhile it would leave it behind.

    A client that is just being closed takes a cancellation for that of its own tasks and swallows it
    (aiokafka 0.14: `Fetcher.close`, `AIOKafkaClient.close`): whoever closed it would go on for ever.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN if patience is None else patience)
