"""Reports that Kafka does not acknowledge: their id is told, whatever else is wrong."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError

from cli.exits import Exit
from cli.failures import explain
from jembatan.client import Cluster, NoTopic, NotSent, Publisher, Unreachable
from tests.unit.cli import made

REPORT = made.report("cap.set", "r-1")


class Unheard:
    """Takes records and never hears of them; or does not even take them."""

    def __init__(self, takes: bool) -> None:
        self._takes = takes

    async def send(self, *_: object, **__: object) -> asyncio.Future[None]:
        if not self._takes:
            raise KafkaTimeoutError
        return asyncio.get_running_loop().create_future()


async def reported(takes: bool) -> None:
    publisher = Publisher("k", "urn:a", timeout=0.01)
    publisher._producer = cast(AIOKafkaProducer, Unheard(takes))
    await publisher.report("cap.set", "r-1", REPORT.data, id="the-id")


@pytest.mark.parametrize("takes", [True, False])
async def test_its_id_is_told_also_when_kafka_is_away(monkeypatch: pytest.MonkeyPatch, takes: bool) -> None:
    async def away(_: str) -> Cluster:
        raise Unreachable("Kafka does not answer at k.")

    monkeypatch.setattr("jembatan.client.publisher.cluster", away)
    with pytest.raises(NotSent, match="the-id") as raised:
        await reported(takes)
    told = explain(raised.value)
    assert told is not None and told.code == Exit.NO_ANSWER


async def test_a_topic_that_is_not_there_is_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def without(_: str) -> Cluster:
        return Cluster("c", {})

    monkeypatch.setattr("jembatan.client.publisher.cluster", without)
    with pytest.raises(NoTopic):
        await reported(True)
