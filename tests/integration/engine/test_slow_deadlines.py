"""A deadline that somebody's lock keeps from being decided holds up no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from uuid import uuid4

import asyncpg
import pytest

from cli.embedded.stack import EmbeddedStack
from jembatan.engine import locks
from jembatan.engine.host import Engine
from jembatan.engine.lanes import lane_of
from tests.support import engines, kafka
from tests.support.engines import OUTPUTS, engine, until

pytestmark = pytest.mark.kafka


@asynccontextmanager
async def held(stack: EmbeddedStack, subject: str) -> AsyncIterator[None]:
    """Somebody has the toy's lock of this subject, and keeps it."""
    connection = await asyncpg.connect(stack.postgres)
    try:
        async with connection.transaction():
            await locks.exclusive(connection, "tally", [subject])
            yield
    finally:
        await connection.close()


def in_one_lane() -> tuple[str, str]:
    """Two fresh subjects with deadlines, both of lane 0."""
    own = uuid4().hex[:8]
    fitting = (s for n in count() if lane_of(s := f"due-{own}-{n}", 4) == 0)
    return next(fitting), next(fitting)


async def report(stack: EmbeddedStack, subject: str) -> None:
    await engines.report(stack, subject)
    await until(lambda: facts(stack, subject, 1), "the report's fact")


async def facts(stack: EmbeddedStack, subject: str, number: int) -> bool:
    found = await asyncio.to_thread(kafka.dump, stack.kafka, OUTPUTS)
    return bool(sum(m.event.get("subject") == subject for m in found) == number)


async def passed(stack: EmbeddedStack, running: Engine, subject: str) -> bool:
    await running.tick()
    return await facts(stack, subject, 2)


async def test_a_deadline_that_is_locked_holds_up_no_other(stack: EmbeddedStack) -> None:
    first, second = in_one_lane()
    async with engine(stack, statement_timeout=1.0) as running:
        assert running.hub is not None
        await report(stack, first)
        await report(stack, second)
        async with held(stack, first):
            await until(lambda: passed(stack, running, second), "the other deadline's fact", 60.0)
            assert await facts(stack, first, 1)
            alarm = running.hub.metrics.alarms.labels("tender")
            await until(lambda: alarm._value.get() > 0, "an alarm")
        await until(lambda: passed(stack, running, first), "what was locked, when it is no more")
