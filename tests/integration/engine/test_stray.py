"""A client that gives up cancels what our tasks wait for: none of them may end by that."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from cli.embedded.stack import EmbeddedStack
from jembatan.engine import lane
from jembatan.engine.input import PartitionInput
from jembatan.engine.tail import Tail
from jembatan.engine.tender import Tender
from jembatan.engine.wire import Wire
from tests.support import kafka
from tests.support.engines import OUTPUTS, engine, report, until

pytestmark = pytest.mark.kafka
PLACES: list[tuple[Any, str]] = [
    (Tail, "ends"),
    (Wire, "produce"),
    (Wire, "cluster_id"),
    (lane, "acknowledge"),
    (PartitionInput, "start"),
    (PartitionInput, "batch"),
    (Tender, "_deadlines"),
]
"""Calls that wait for a client of Kafka or PostgreSQL."""
OF_EACH = 3


async def _given_up() -> None:
    """Wait for something that its owner cancels."""
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.cancel)
    await future


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_what_a_client_cancels_of_its_own_ends_no_task_of_ours(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: Counter[str] = Counter()
    for owner, name in PLACES:
        monkeypatch.setattr(owner, name, _strayed(owner, name, met))
    own = uuid4().hex[:8]
    wanted = {f"{what}-{n}" for what in ("decide", "publish", "tend") for n in range(4)}
    async with engine(stack):
        await report(stack, *(f"{own}-{number}" for number in range(8)))

        async def answered() -> bool:
            found = await asyncio.to_thread(kafka.dump, stack.kafka, OUTPUTS)
            return sum(str(m.event.get("subject")).startswith(own) for m in found) == 8

        await until(answered, "each has its fact")
        await until(lambda: len(met) == len(PLACES), "each call was met")
        await until(lambda: wanted <= {task.get_name() for task in asyncio.all_tasks()}, "all go on")
    # A client that is closed while it joins may leave a connection behind (aiokafka 0.14): no later test
    # is to hear of it.
    gc.collect()


def _strayed(owner: Any, name: str, met: Counter[str]) -> Any:  # noqa: ANN401
    """The call, whose first times wait for what its owner cancels."""
    whole = getattr(owner, name)

    async def strayed(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        met[name] += 1
        if met[name] <= OF_EACH:
            await _given_up()
        return await whole(*arguments, **named)

    return strayed
