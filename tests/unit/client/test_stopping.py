"""A producer with records that Kafka does not take can be closed, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from jembatan.client.stopping import stop
from jembatan.engine.ending import end

PLACE = TopicPartition("partners.reports", 0)
Sending = Callable[[], Awaitable[None]]
Made = Callable[[Sending], Awaitable[tuple[AIOKafkaProducer, Awaitable[object]]]]


@pytest.fixture
async def line() -> AsyncIterator[Made]:
    """Makes a producer with one record in line, and a sender that never gets it through."""

    async def make(sending: Sending) -> tuple[AIOKafkaProducer, Awaitable[object]]:
        producer = AIOKafkaProducer(bootstrap_servers="127.0.0.1:1", enable_idempotence=True)
        producer._sender._sender_task = asyncio.ensure_future(sending())
        waiting = await producer._message_accumulator.add_message(PLACE, b"key", b"value", 1.0)
        await asyncio.sleep(0)
        return producer, waiting

    yield make
    left = {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
    await end(list(left), 0.01)
    assert not left


async def idle() -> None:
    """As aiokafka's sender, which ends when it is cancelled without saying so."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()


async def busy() -> None:
    """As that sender with requests on their way: it waits for them first."""
    await idle()
    await asyncio.Event().wait()


@pytest.mark.parametrize("sending", [idle, busy])
async def test_what_cannot_be_sent_is_given_up(
    line: Made, sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jembatan.engine.ending.AGAIN", 0.01)
    producer, waiting = await line(sending)
    await asyncio.wait_for(stop(producer, 0.01), 10)
    with pytest.raises(KafkaError):
        await waiting


async def closing(producer: AIOKafkaProducer) -> asyncio.Task[None]:
    """It is told to stop, and waits for what is in line."""
    stopping = asyncio.create_task(stop(producer, 60))
    await asyncio.sleep(0.01)
    return stopping


async def test_who_is_cancelled_while_closing_closes_all_the_same(line: Made) -> None:
    producer, waiting = await line(idle)
    stopping = await closing(producer)
    stopping.cancel()
    await asyncio.wait({stopping}, timeout=10)
    assert stopping.cancelled()
    with pytest.raises(KafkaError):
        await waiting


async def test_what_is_sent_in_time_is_not_given_up(line: Made) -> None:
    producer, waiting = await line(idle)
    stopping = await closing(producer)
    for batch in producer._message_accumulator._batches[PLACE]:
        batch.done(7)
    await asyncio.wait_for(stopping, 10)
    assert await waiting
