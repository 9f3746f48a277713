"""Backlog: what waits to be decided or published does not wait for long (I7, I11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from cli.doctor.finding import Finding
from cli.doctor.kinds import Kind
from cli.doctor.places import Lane
from cli.doctor.snapshot import Snapshot
from jembatan.client.raw import Reader

PATIENCE = timedelta(seconds=60)
OLDEST = """
SELECT extract(epoch FROM clock_timestamp() - min(decided_at))::float8 FROM outbox
WHERE topic = $1 AND partition = $2 AND place > $3
"""


def unpublished(lane: Lane, age: float | None) -> Iterator[Finding]:
    """`age`: seconds since the oldest fact that Kafka does not have was decided; None if there is none."""
    if age is not None and age > PATIENCE.total_seconds():
        what = f"{lane.head - lane.end} facts wait, the oldest for {age:.0f} s"
        yield Finding(Kind.UNPUBLISHED, lane.service, lane.where, what)


def undecided(service: str, where: str, waiting: int, oldest: datetime, now: datetime) -> Iterator[Finding]:
    """`oldest`: the broker's time of the first record that is not decided."""
    if now - oldest > PATIENCE:
        what = f"{waiting} records wait, the oldest for {(now - oldest).total_seconds():.0f} s"
        yield Finding(Kind.UNDECIDED, service, where, what)


async def check(taken: Snapshot, reader: Reader, *, simulated: bool) -> list[Finding]:
    """A service's backlog on both sides; a record's age tells nothing in simulated time."""
    found: list[Finding] = []
    for lane in taken.lanes:
        if lane.head > lane.end:
            age = await taken.connection.fetchval(OLDEST, lane.topic, lane.partition, lane.end)
            found += unpublished(lane, age)
    return found if simulated else found + await _undecided(taken, reader)


async def _undecided(taken: Snapshot, reader: Reader) -> list[Finding]:
    found: list[Finding] = []
    for one in taken.positions:
        bounds = taken.inputs.get(one.place)
        if bounds is None or not bounds.first <= one.next_offset < bounds.end:
            continue
        record = await reader.record(one.place, one.next_offset)
        if record is not None:
            where, waiting = f"{one.topic}/{one.partition}", bounds.end - one.next_offset
            found += undecided(taken.service, where, waiting, record.at, datetime.now(UTC))
    return found
