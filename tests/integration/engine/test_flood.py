"""A flood of bad reports costs what as many good ones do, and leaves nothing behind. Counts, no timings."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from cli.embedded.stack import EmbeddedStack
from jembatan.engine import housekeeping
from jembatan.engine.decision import Decider, Failure, Made
from jembatan.engine.intake import Taken
from jembatan.engine.service import Connection
from tests.support import kafka
from tests.support.engines import OUTPUTS, SOURCE, engine, rows, until

pytestmark = pytest.mark.kafka
DATA = {"published_on": "2024-01-01", "countries": ["AF"]}
GOOD, BAD, BATCH, PARTITIONS = 600, 600, 100, 4


async def number(stack: EmbeddedStack, sql: str) -> int:
    return int((await rows(stack, f"SELECT count(*) AS n FROM {sql}"))[0]["n"])


async def send(stack: EmbeddedStack, good: int, bad: int) -> None:
    """Good and bad ones in turn, each partition its share, before anybody reads them.

    The bad ones are no reports, or strangers', each of another subject.
    """
    reports, own = kafka.Reports(stack.kafka, SOURCE), uuid4().hex[:8]
    strangers = kafka.Reports(stack.kafka, "urn:example:stranger")
    for n in range(max(good, bad)):
        if n < good:
            reports.send(
                "safeguards.published", f"{own}-{n}", DATA, service="partners", partition=n % PARTITIONS
            )
        if n < bad and n % 8 < PARTITIONS:
            reports.raw("partners.reports", f"bad {own} {n}".encode(), [], partition=n % PARTITIONS)
        elif n < bad:
            strangers.send(
                "safeguards.published", f"{own}-no-{n}", DATA, service="partners", partition=n % PARTITIONS
            )
    await asyncio.to_thread(reports.flush)
    await asyncio.to_thread(strangers.flush)


async def test_bad_reports_are_decided_in_whole_batches_and_leave_nothing_behind(
    stack: EmbeddedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, sizes, failures = Decider.batch, [], []

    async def batch(
        self: Decider, connection: Connection, taken: Sequence[Taken], failure: Failure | None
    ) -> Made:
        sizes.append(len(taken))
        failures.append(failure)
        return await whole(self, connection, taken, failure)

    monkeypatch.setattr(Decider, "batch", batch)
    seen = await number(stack, "seen")
    before = await asyncio.to_thread(kafka.length, stack.kafka, OUTPUTS)
    await send(stack, GOOD, BAD)
    async with engine(stack, batch_records=BATCH, outbox_days=0.0) as running:

        async def answered() -> bool:
            return await asyncio.to_thread(kafka.length, stack.kafka, OUTPUTS) == before + GOOD + BAD

        await until(answered, "each has its answer", 60)
        assert running.hub is not None
        await housekeeping.turn(running.hub, datetime.now(UTC))
    assert not any(failures), "no batch is halved to find a bad record"
    assert sum(sizes) >= GOOD + BAD
    assert len(sizes) <= (GOOD + BAD) / BATCH + 2 * PARTITIONS
    assert await number(stack, "seen") == seen + GOOD, "bad records use up no ids"
    assert await number(stack, "outbox") <= 2 * PARTITIONS, "what is published goes"
    assert await number(stack, "numbered WHERE noun = ''") == 0, "who is refused leaves no row"
