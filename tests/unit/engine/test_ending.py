"""A task ends also when a cancellation of it is swallowed."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from jembatan.engine import ending
from jembatan.engine.ending import Stray, unless_asked, within
from jembatan.engine.watchdog import whereabouts


class Deaf:
    """Takes its first cancellations for someone else's, as a client that is being closed does."""

    def __init__(self, times: int) -> None:
        self.swallowed = 0
        self._times = times

    async def run(self) -> None:
        while self.swallowed < self._times:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            self.swallowed += 1
        await asyncio.Event().wait()


async def test_a_task_that_swallows_its_cancellation_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ending, "AGAIN", 0.01)
    deaf = [Deaf(0), Deaf(1), Deaf(3)]
    tasks = [asyncio.create_task(one.run()) for one in deaf]
    await asyncio.sleep(0)
    await ending.end(tasks)
    assert [task.cancelled() for task in tasks] == [True, True, True]
    assert [one.swallowed for one in deaf] == [0, 1, 3]


async def test_what_has_ended_is_left_alone() -> None:
    async def fails() -> None:
        raise ValueError("ended by itself")

    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    await ending.end([task])
    assert isinstance(task.exception(), ValueError)
    await ending.end([])


async def test_work_that_swallows_its_cancellation_is_waited_for_no_longer_than_was_said() -> None:
    ends = asyncio.Event()

    async def stubborn() -> None:
        while not ends.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await ends.wait()

    with pytest.raises(TimeoutError):
        await within(0.05, stubborn())
    ends.set()
    await asyncio.sleep(0.01)


async def test_what_fails_in_time_says_why() -> None:
    async def fails() -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await within(5, fails())


async def test_it_is_told_where_each_task_waits() -> None:
    task = asyncio.create_task(asyncio.Event().wait(), name="for ever")
    await asyncio.sleep(0)
    assert "wait" in whereabouts()["for ever"]
    task.cancel()


async def test_a_cancellation_that_nobody_asked_for_is_told_from_one_that_was() -> None:
    given_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def waits(future: asyncio.Future[None]) -> None:
        with unless_asked():
            await future

    stray = asyncio.create_task(waits(given_up))
    asked = asyncio.create_task(waits(asyncio.get_running_loop().create_future()))
    await asyncio.sleep(0)
    given_up.cancel()
    asked.cancel()
    await asyncio.wait([stray, asked])
    assert isinstance(stray.exception(), Stray)
    assert asked.cancelled()


async def test_a_deadline_inside_is_still_a_deadline() -> None:
    with pytest.raises(TimeoutError), unless_asked():
        async with asyncio.timeout(0.01):
            await asyncio.Event().wait()
