"""What holds up a partition, or the whole process, shows; and what need not hold it up does not."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from cli.embedded.stack import EmbeddedStack
from jembatan.engine import input as reading
from jembatan.engine.input import PartitionInput
from jembatan.engine.membership import Membership
from tests.support import kafka
from tests.support.engines import DATA, REPORT, SOURCE, engine, report, rows, until

pytestmark = pytest.mark.kafka


async def counted(stack: EmbeddedStack, subject: str) -> bool:
    found = await rows(stack, "SELECT reported FROM tally WHERE subject = $1", subject)
    return bool(found) and found[0]["reported"] == 1


async def test_a_partition_that_can_never_be_taken_makes_no_progress(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: Any) -> dict[Any, Any]:  # noqa: ANN401
        raise KafkaError("no right to read there")

    monkeypatch.setattr(PartitionInput, "mismatches", refused)
    async with engine(stack) as running:
        assert running.hub is not None
        hub = running.hub
        await until(lambda: hub.stalled_for() > 2.0, "it is seen that nothing is taken")
        assert not hub.lag(), "what waits there is not known"


async def test_what_the_group_reads_and_throws_away_need_not_be_readable(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, times, subject = AIOKafkaConsumer.getmany, count(), f"{uuid4().hex[:8]}-group"

    async def broken(self: AIOKafkaConsumer, *places: Any, **more: Any) -> Any:  # noqa: ANN401
        if self._group_id and next(times) < 3:
            raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "a header's name")
        return await whole(self, *places, **more)

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", broken)
    async with engine(stack):
        await report(stack, subject)
        await until(lambda: counted(stack, subject), "it goes on")
    assert next(times) > 3


async def test_who_has_left_the_group_is_not_ready_until_it_is_back(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, joined = Membership._consumer, list[bool]()

    def seen(self: Membership) -> AIOKafkaConsumer:
        joined.append(self.joined)
        return make(self)

    monkeypatch.setattr(Membership, "_consumer", seen)
    async with engine(stack) as running:
        assert running.membership is not None
        with monkeypatch.context() as patched:
            patched.setattr(Membership, "_poll", _fails)
            await until(lambda: len(joined) > 1, "it leaves, and joins anew")
        await until(lambda: running.ready, "it is back")
    assert joined[:2] == [False, False]


async def _fails(*_: Any) -> None:  # noqa: ANN401
    raise KafkaError("no right to be in the group")


async def test_where_inputs_end_is_asked_now_and_then_also_while_nobody_answers(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, asked, subject = count(), count(), f"{uuid4().hex[:8]}-asked"
    whole = PartitionInput.lag

    async def unheard(*_: Any) -> Any:  # noqa: ANN401
        next(asked)
        raise TimeoutError

    async def lag(self: PartitionInput, places: Any) -> int | None:  # noqa: ANN401
        next(turns)
        return await whole(self, places)

    monkeypatch.setattr(reading, "ASK_EVERY", 2.0)
    async with engine(stack) as running:
        assert running.hub is not None
        hub = running.hub
        await until(lambda: set(hub.lag()) == {0, 1, 2, 3}, "every partition is taken")
        monkeypatch.setattr(PartitionInput, "ends", unheard)
        monkeypatch.setattr(PartitionInput, "lag", lag)
        await report(stack, subject)
        await until(lambda: counted(stack, subject), "it goes on")
        await until(lambda: hub.stalled_for() > 3.0, "that nobody answers is no progress")
    assert 4 <= next(asked) < next(turns) / 3


async def test_the_marker_of_a_transaction_is_nothing_that_waits(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = f"{uuid4().hex[:8]}-transaction"
    monkeypatch.setattr(reading, "ASK_EVERY", 0.1)
    async with engine(stack) as running:
        assert running.hub is not None
        await asyncio.to_thread(_in_a_transaction, stack.kafka, subject)
        await until(lambda: counted(stack, subject), "it is decided")
        hub, seen = running.hub, list[int]()
        while len(seen) < 10:
            # Turn after turn, and each has asked where the inputs end.
            await asyncio.sleep(0.3)
            seen.append(sum(hub.lag().values()))
        assert not any(seen)


def _in_a_transaction(bootstrap: str, subject: str) -> None:
    head = {"specversion": "1.0", "id": subject, "source": SOURCE, "subject": subject}
    value, headers = kafka.encode(head | {"type": f"org.jembatan.report.{REPORT}.v1"}, DATA, "structured")
    kafka.in_a_transaction(bootstrap, "partners.reports", value, key=subject, headers=headers)
