"""A consumer that hears nothing more is no idle one: its process must not look ready for ever."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from cli.embedded.stack import EmbeddedStack
from jembatan.engine import input as reading
from tests.support.engines import engine, report, until

pytestmark = pytest.mark.kafka
NUMBER = 4


async def test_what_lies_unread_is_known_though_the_consumer_hears_of_nothing(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: Any, **__: Any) -> dict[Any, Any]:  # noqa: ANN401
        await asyncio.sleep(0.05)
        return {}

    monkeypatch.setattr(reading, "ASK_EVERY", 0.5)
    own = uuid4().hex[:8]
    async with engine(stack) as running:
        assert running.hub is not None
        monkeypatch.setattr(AIOKafkaConsumer, "getmany", nothing)
        monkeypatch.setattr(AIOKafkaConsumer, "highwater", lambda *_: None)
        await report(stack, *(f"{own}-{number}" for number in range(NUMBER)))
        hub = running.hub
        await until(lambda: sum(hub.lag().values()) >= NUMBER, "what waits is told")
        await until(lambda: hub.stalled_for() > 1.0, "and that nothing moves")
