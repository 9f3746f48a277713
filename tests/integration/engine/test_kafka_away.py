"""A publisher whose Kafka goes away: it tells the report's id and closes; nothing of it is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import cast
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from cli.embedded.stack import EmbeddedStack
from jembatan.client import NotSent, Publisher
from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import REPORTS

pytestmark = pytest.mark.kafka
NAME = "job_order.submitted"
SOURCE = "urn:jembatan:reporter:test"


@pytest.fixture
async def killed(stack: EmbeddedStack) -> AsyncIterator[Publisher]:
    """A publisher that was acknowledged once, and whose broker was killed then."""
    async with Publisher(stack.kafka, SOURCE) as patient:
        await report(patient, str(uuid4()))
    publisher = Publisher(stack.kafka, SOURCE, timeout=2.0)
    try:
        await publisher.__aenter__()
        await report(publisher, str(uuid4()))
        await asyncio.to_thread(stack.kill_kafka)
        yield publisher
    finally:
        await asyncio.to_thread(stack.restart_kafka)
        await publisher.__aexit__(None, None, None)


async def report(publisher: Publisher, identity: str) -> None:
    await publisher.report(NAME, identity, example_data(REPORTS[NAME]), id=identity)


async def test_the_id_is_told_and_nothing_is_left(killed: Publisher) -> None:
    identity, producer = str(uuid4()), cast(AIOKafkaProducer, killed._producer)
    with pytest.raises(NotSent, match=identity):
        await report(killed, identity)
    await asyncio.wait_for(killed.__aexit__(None, None, None), 60)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert not any(one.connected() for one in producer.client._conns.values())
