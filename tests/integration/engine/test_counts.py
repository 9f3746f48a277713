"""What a thousand reports cost in statements, commits and produce requests: numbers that do not flicker.

A backlog waits before the engine starts, so that batches are full. What is asked for now and then, whether
or not there is anything to do, is not counted: it goes by the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from cli.embedded.stack import EmbeddedStack
from jembatan.engine import claims, lane, positions
from jembatan.engine.lanes import lane_of
from jembatan.engine.wire import Wire
from tests.support import kafka
from tests.support.engines import OUTPUTS, SOURCE, engine, rows, until

pytestmark = pytest.mark.kafka
DATA = {"published_on": "2024-01-01", "countries": ["AF"]}
PARTITIONS = 4
REPORTS = 4_000
STATEMENTS = 10
"""Of the toy: BEGIN, position, ids, two to load, one to save, three to number and place, COMMIT."""
OF_PUBLISHING = (lane.ROWS, lane.ACKNOWLEDGE)
UNPUBLISHED = """
SELECT coalesce(sum(head), 0)::bigint AS head, coalesce(sum(head - acknowledged), 0)::bigint AS open
FROM lane_head JOIN lane_mark USING (topic, partition) WHERE topic = 'partners.facts'
"""


@dataclass
class Counted:
    """What went to PostgreSQL, a list for each connection, and how many records each request had."""

    connections: list[list[str]] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)

    @property
    def batches(self) -> list[list[str]]:
        """The statements of each transaction in which reports were decided."""
        found = chain(*map(transactions, self.connections))
        return [[one for one in batch if not _of_driver(one)] for batch in found if claims.CLAIM in batch]

    @property
    def of_publishing(self) -> list[str]:
        return [one for one in chain(*self.connections) if one in OF_PUBLISHING]


def _of_driver(statement: str) -> bool:
    """Whether the driver asks for types, as it does once a connection."""
    return "typeinfo" in statement or "'jit'" in statement


def transactions(statements: Sequence[str]) -> list[list[str]]:
    """Statements from each BEGIN to its COMMIT."""
    found: list[list[str]] = []
    for statement in statements:
        if statement.startswith("BEGIN"):
            found.append([])
        if found:
            found[-1].append(statement)
    return [one[: one.index("COMMIT;") + 1] for one in found if "COMMIT;" in one]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Counts everything that an engine started in this test sends."""
    found = Counted()
    create, produce = asyncpg.create_pool, Wire.produce

    async def count_on(connection: Any) -> None:  # noqa: ANN401
        mine: list[str] = []
        found.connections.append(mine)
        connection.add_query_logger(lambda record: mine.append(record.query))

    def counting(*arguments: Any, **more: Any) -> Any:  # noqa: ANN401
        return create(*arguments, **(more | {"init": count_on}))

    async def counting_produce(self: Wire, *arguments: Any, **more: Any) -> int:  # noqa: ANN401
        found.requests.append(len(arguments[2]))
        return await produce(self, *arguments, **more)

    monkeypatch.setattr(asyncpg, "create_pool", counting)
    monkeypatch.setattr(Wire, "produce", counting_produce)
    return found


async def backlog(stack: EmbeddedStack) -> None:
    """As many reports in each partition, of subjects whose lane it is."""
    reports = kafka.Reports(stack.kafka, SOURCE)
    sent = [0] * PARTITIONS
    while sum(sent) < REPORTS:
        subject = f"count-{uuid4().hex}"
        partition = lane_of(subject, PARTITIONS)
        if sent[partition] < REPORTS // PARTITIONS:
            sent[partition] += 1
            reports.send("safeguards.published", subject, DATA, service="partners", partition=partition)
    await asyncio.to_thread(reports.flush)
    assert len(reports.acknowledged) == REPORTS


async def test_a_thousand_reports_cost_few_statements_commits_and_requests(
    stack: EmbeddedStack, counted: Counted
) -> None:
    before = (await rows(stack, UNPUBLISHED))[0]["head"]
    await backlog(stack)

    async def published() -> bool:
        now = (await rows(stack, UNPUBLISHED))[0]
        return bool(now["open"] == 0 and now["head"] == before + REPORTS)

    async with engine(stack):
        await until(published, "all facts are published", within=120.0)
    batches, publishing = counted.batches, counted.of_publishing
    assert sum(counted.requests) == REPORTS
    # Full batches, with one more a partition for what a fetch may cut off.
    assert len(batches) <= REPORTS // 500 + PARTITIONS
    assert all(len(batch) <= STATEMENTS for batch in batches), max(batches, key=len)
    assert all(batch.count(positions.MOVE) == 1 for batch in batches)
    # A lane's first record goes alone; after that at most two requests a batch, and a mark for each.
    assert len(counted.requests) <= 2 * len(batches) + PARTITIONS
    taking = PARTITIONS * len(OUTPUTS)
    assert publishing.count(lane.ACKNOWLEDGE) <= len(counted.requests) + taking
    # Facts of this process are not read again in the outbox.
    assert publishing.count(lane.ROWS) <= PARTITIONS
