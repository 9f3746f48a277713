"""Ending tasks for certain, and only those that are asked to end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

AGAIN = 5.0


class Stray(ConnectionError):
    """A client cancelled what a task of ours waited for, and nobody asked that task to end."""


@contextmanager
def unless_asked() -> Iterator[None]:
    """Turn a cancellation that was not meant for this task into `Stray`, which is the platform's.

    A client that loses its server cancels tasks and answers of its own. Whoever waits for them gets a
    CancelledError, and would end as silently as if it had been told to (`asyncio.Task.cancelling` tells).
    """
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise Stray("a client gave up by itself") from error


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


async def within(seconds: float, work: Coroutine[Any, Any, None]) -> None:
    """Wait for `work` for so long at most; then TimeoutError, and it is left to end by itself.

    `asyncio.timeout` cancels once. Work that swallows that, as a client's closing does, could go on for ever.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(_heard)
    _, pending = await asyncio.wait({task}, timeout=seconds)
    if pending:
        task.cancel()
        raise TimeoutError(f"not done in {seconds} s")
    task.result()


def _heard(task: asyncio.Future[None]) -> None:
    """Whoever waited may be gone: then nobody else asks how it ended, and asyncio complains."""
    if not task.cancelled():
        task.exception()
