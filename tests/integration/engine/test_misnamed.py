"""A header whose name is no text: anybody can send one, and no reader may stop at it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from cli.embedded.stack import EmbeddedStack
from jembatan.client import Event, Subscriber, Unreachable
from jembatan.client.raw import Reader
from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import REPORTS
from jembatan.engine.wire import Outgoing, Wire
from tests.support import kafka, wires
from tests.unit.cli.commands import jembatan

pytestmark = pytest.mark.kafka
TOPIC, PARTITION = "vacancies.reports", 2
REPORT = REPORTS["job_order.submitted"]
STRUCTURED = ("content-type", kafka.STRUCTURED.encode())
MISNAMED = (STRUCTURED, (wires.MISNAMED, b"1"))


@pytest.fixture
async def sent(stack: EmbeddedStack, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """Subjects of reports in an order; those of the second batch have the header. Nobody decides them."""
    subjects = [f"{uuid4().hex[:8]}-{n}" for n in range(6)]
    await _write(wire, subjects[:2], (STRUCTURED,))
    with monkeypatch.context() as patched:
        patched.setattr("jembatan.engine.wire.batch", wires.misnamed)
        await _write(wire, subjects[2:4], MISNAMED)
    await _write(wire, subjects[4:], (STRUCTURED,))
    yield subjects


async def _write(to: Wire, subjects: list[str], headers: tuple[tuple[str, bytes], ...]) -> None:
    head = {"specversion": "1.0", "source": "urn:jembatan:reporter:test", "type": REPORT.type}
    data = example_data(REPORT)
    values = [kafka.encode(head | {"id": s, "subject": s}, data, "structured")[0] for s in subjects]
    await to.produce(TOPIC, PARTITION, [Outgoing(b"key", value, -1, headers) for value in values])


@pytest.mark.parametrize("group", [False, True])
async def test_a_subscriber_gives_every_event(stack: EmbeddedStack, sent: list[str], group: bool) -> None:
    options: dict[str, Any] = {"group": f"g-{uuid4()}"} if group else {"to_end": True}
    topics = [TOPIC, "partners.facts"]
    async with Subscriber(stack.kafka, topics, from_="earliest", **options) as subscriber:
        found = await asyncio.wait_for(_until(subscriber, sent[-1]), 60)
    assert [subject for subject in found if subject in sent] == sent


async def test_a_new_group_gives_every_event_since_it_joined(
    stack: EmbeddedStack, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is committed yet when the header comes, so only its members know where the group began."""
    subjects = [f"{uuid4().hex[:8]}-{n}" for n in range(4)]
    async with Subscriber(stack.kafka, [TOPIC], group=f"g-{uuid4()}") as subscriber:
        reading = asyncio.create_task(_until(subscriber, subjects[-1]))
        await _joined(subscriber)
        with monkeypatch.context() as patched:
            patched.setattr("jembatan.engine.wire.batch", wires.misnamed)
            await _write(wire, subjects[:2], MISNAMED)
        await _write(wire, subjects[2:], (STRUCTURED,))
        found = await asyncio.wait_for(reading, 60)
    assert found == subjects


async def _joined(subscriber: Subscriber) -> None:
    """Returns when it is known where the subscriber's group begins in each of its places."""
    consumer = subscriber._consumer
    assert consumer is not None
    while not (places := consumer.assignment()):
        await asyncio.sleep(0.05)
    for place in places:
        await consumer.position(place)


async def test_what_a_failed_reading_on_left_is_given_later(
    stack: EmbeddedStack, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    topics, found = [TOPIC, "partners.facts"], list[str]()
    async with Subscriber(stack.kafka, topics, group=f"g-{uuid4()}", from_="earliest") as subscriber:
        with monkeypatch.context() as patched, pytest.raises(Unreachable):
            patched.setattr("jembatan.client.leniently.Wire", Unclosing)
            await asyncio.wait_for(_until(subscriber, sent[-1], found), 60)
        await asyncio.wait_for(_until(subscriber, sent[-1], found), 60)
    assert [subject for subject in found if subject in sent] == sent


class Unclosing(Wire):
    """Fails only once everything has been read."""

    async def stop(self) -> None:
        await super().stop()
        raise TimeoutError


async def _until(subscriber: Subscriber, last: str, known: list[str] | None = None) -> list[str]:
    """The subjects of events up to this one, after those that are known."""
    found = [] if known is None else known
    async for event in subscriber:
        assert isinstance(event, Event)
        found.append(event.subject)
        if event.subject == last:
            break
    return found


async def test_whole_partitions_are_read(stack: EmbeddedStack, sent: list[str]) -> None:
    place = (TOPIC, PARTITION)
    async with Reader(stack.kafka) as reader:
        bounds = (await reader.bounds([place]))[place]
        batches = [batch async for batch in reader.records(place, bounds.first, bounds.end)]
        last = await reader.record(place, bounds.end - 3)
    offsets = [record.offset for batch in batches for record in batch]
    assert offsets == list(range(bounds.first, bounds.end))
    assert last is not None and json.loads(last.value or b"")["subject"] == sent[3]


async def test_what_has_such_a_header_is_traced(stack: EmbeddedStack, sent: list[str]) -> None:
    traced = await asyncio.to_thread(jembatan, "trace", sent[3], "--json", "--kafka", stack.kafka)
    assert traced.code == 0, traced
    assert [json.loads(line)["event"]["subject"] for line in traced.out.splitlines()] == [sent[3]]
