"""Closing a producer for certain: aiokafka's own `stop` waits until everything in line is sent.

An idempotent producer's batches never expire, so while Kafka is away that is for ever.
"""

from __future__ import annotations

import asyncio
from itertools import chain

from aiokafka import AIOKafkaProducer
from aiokafka.errors import ProducerClosed

from jembatan.engine import ending


async def stop(producer: AIOKafkaProducer, patience: float) -> None:
    """Send what is in line and close; what is not sent in `patience` seconds is given up.

    Who still waits for a record that was given up gets `ProducerClosed`; it may lie there or not. Who is
    cancelled meanwhile gives up at once, and closes all the same.
    """
    stopping = asyncio.create_task(producer.stop())
    try:
        await asyncio.wait({stopping}, timeout=patience)
    finally:
        if not stopping.done():
            await _give_up(producer)
            await asyncio.wait({stopping}, timeout=ending.AGAIN)
        await ending.end([stopping])
    if not stopping.cancelled():
        stopping.result()


async def _give_up(producer: AIOKafkaProducer) -> None:
    """Then `stop` has nothing left to wait for, and closes the connections."""
    # First the sender: what comes back to it from a request must not be in line again afterwards.
    await ending.end([producer._sender.sender_task])
    line = producer._message_accumulator
    for batch in chain.from_iterable(line._batches.values()):
        # Nobody waits for this any more, and asyncio complains of an error that nobody hears.
        batch.drain_ready()
    line.fail_all(ProducerClosed())
