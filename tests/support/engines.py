"""The engine of the toy service inside the test's own event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import asyncpg
from pydantic import SecretStr

from cli.embedded.stack import EmbeddedStack
from jembatan import topology
from jembatan.engine import topics
from jembatan.engine.host import Engine
from jembatan.engine.migrate import migrate
from jembatan.engine.settings import Settings
from tests.support import kafka, toy

REPORTERS = Path(__file__).with_name("reporters.toml")
SOURCE = "urn:jembatan:reporter:test"
OUTPUTS = ("partners.facts", "partners.refusals")
REPORT = "safeguards.published"
DATA = {"published_on": "2024-01-01", "countries": ["AF"]}


async def prepare(stack: EmbeddedStack) -> None:
    """Topics, and a fresh schema of the toy."""
    own = ["partners.reports.apart"]
    await topics.create(stack.kafka, topology.topics(stack.plan, "embedded", "broker", own))
    connection = await asyncpg.connect(stack.postgres)
    await connection.execute("CREATE SCHEMA IF NOT EXISTS partners")
    await connection.close()
    await migrate(stack.postgres, "partners", toy.service().migrations)


def settings(stack: EmbeddedStack, **changes: Any) -> Settings:  # noqa: ANN401
    values: dict[str, Any] = {
        "kafka": stack.kafka, "postgres": SecretStr(stack.postgres), "reporters": REPORTERS,
        "session_timeout_ms": 6000, "drain": 5.0, "request_timeout": 10.0,
    }  # fmt: skip
    return Settings(**(values | changes))


@asynccontextmanager
async def engine(stack: EmbeddedStack, **changes: Any) -> AsyncIterator[Engine]:  # noqa: ANN401
    """A running engine that has joined its group; some of it may stand, as a halted lane does."""
    running = Engine(toy.service(), settings(stack, **changes))
    await running.on_start()
    try:
        await until(lambda: running.ready or _stands(running), "the engine is ready, or stands")
        yield running
    finally:
        await running.on_stop()


def _stands(running: Engine) -> bool:
    return running.hub is not None and bool(running.hub.standing())


async def report(stack: EmbeddedStack, *subjects: str, source: str = SOURCE, **more: Any) -> list[str]:  # noqa: ANN401
    """Report once about each of these subjects, and wait until Kafka has it; gives the reports' ids."""
    reports = kafka.Reports(stack.kafka, source)
    ids = [reports.send(REPORT, subject, DATA, service="partners", **more) for subject in subjects]
    await asyncio.to_thread(reports.flush)
    return ids


def fresh(number: int) -> list[str]:
    """So many subjects that nobody has reported about."""
    return [f"s-{uuid4().hex}" for _ in range(number)]


async def until(true: Any, what: str, within: float = 30.0) -> None:  # noqa: ANN401
    """Wait for a condition, asked again and again; fails by name."""
    deadline = monotonic() + within
    while True:
        found = true()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        if monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what}")
        await asyncio.sleep(0.05)


async def rows(stack: EmbeddedStack, sql: str, *arguments: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    connection = await asyncpg.connect(stack.postgres, server_settings={"search_path": "partners"})
    try:
        return [dict(row) for row in await connection.fetch(sql, *arguments)]
    finally:
        await connection.close()
