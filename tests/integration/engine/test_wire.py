"""A broker that says no more, as when its host vanished: the connection is left, leaders are asked for."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaError, KafkaTimeoutError

from cli.embedded.stack import EmbeddedStack
from jembatan.engine import wire as wiring
from jembatan.engine.records import TICK
from jembatan.engine.wire import Outgoing, Wire

pytestmark = pytest.mark.kafka
RECORD = Outgoing(None, b"", -1, ((TICK, b"1"),))
TOPIC = "partners.reports"


@contextmanager
def frozen(stack: EmbeddedStack) -> Iterator[None]:
    """The broker keeps its connections and says nothing."""
    assert stack.broker.child is not None
    process = stack.broker.child.process
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


@pytest.fixture
def met(monkeypatch: pytest.MonkeyPatch) -> Counter[Any]:
    """How often the client asked for metadata anew, and for what reasons it closed connections."""
    counts: Counter[Any] = Counter()
    update, close = AIOKafkaClient.force_metadata_update, AIOKafkaConnection.close

    def updating(client: AIOKafkaClient) -> Any:  # noqa: ANN401
        counts["asked anew"] += 1
        return update(client)

    def closing(connection: AIOKafkaConnection, reason: Any = None, exc: Any = None) -> Any:  # noqa: ANN401
        counts[reason] += connection.connected()
        return close(connection, reason, exc)

    monkeypatch.setattr(AIOKafkaClient, "force_metadata_update", updating)
    monkeypatch.setattr(AIOKafkaConnection, "close", closing)
    return counts


async def written(wire: Wire) -> None:
    """Write a record; a broker that has just made its topics, or was frozen, needs a moment for it."""
    for _ in range(30):
        try:
            await wire.produce(TOPIC, 0, [RECORD])
        except KafkaError:
            await asyncio.sleep(0.2)
        else:
            return
    raise AssertionError("nothing can be written")


async def test_a_connection_without_answers_is_closed_and_leaders_asked_for(
    stack: EmbeddedStack, met: Counter[Any]
) -> None:
    wire = Wire(stack.kafka, 1.0)
    await wire.start()
    try:
        await written(wire)
        met.clear()
        with frozen(stack), pytest.raises(KafkaError):
            await wire.produce(TOPIC, 0, [RECORD])
        assert met[CloseReason.CONNECTION_TIMEOUT] == 1, met
        assert met["asked anew"], met
        await written(wire)
    finally:
        await wire.stop()


async def test_leaders_are_asked_for_also_when_the_client_itself_hangs(
    stack: EmbeddedStack, met: Counter[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hanging(*_: Any, **__: Any) -> None:  # noqa: ANN401
        await asyncio.Event().wait()

    monkeypatch.setattr(wiring, "SPARE", 0.0, raising=False)
    wire = Wire(stack.kafka, 0.5)
    await wire.start()
    try:
        await written(wire)
        met.clear()
        monkeypatch.setattr(AIOKafkaClient, "send", hanging)
        with pytest.raises(KafkaTimeoutError):
            await wire.produce(TOPIC, 0, [RECORD])
        assert met["asked anew"], met
    finally:
        await wire.stop()
