"""What lies in a lane against what was decided for it: whose is the first record that differs?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import aclosing
from uuid import UUID

import asyncpg

from jembatan.engine import lane as lanes
from jembatan.engine.halts import LOST, OLDER, STRANGER
from jembatan.engine.lane import Progress, Row
from jembatan.engine.tail import FOREIGN, End, Lying, Tail
from jembatan.engine.transaction import acquired


def verdict(end: End, progress: Progress, expected: object) -> str | None:
    """Why a lane must halt, if it must: what Kafka has against what PostgreSQL decided.

    `expected` is the id that PostgreSQL has at the place of Kafka's last record, None if it is pruned.
    """
    if end.count > progress.head:
        return f"{_whose(end.last_id)}: Kafka has {end.count}, decided are {progress.head}"
    if end.count < max(progress.acknowledged, progress.pruned):
        return f"{LOST}: Kafka has {end.count}, acknowledged were {progress.acknowledged}"
    if end.last_id is not None and expected is not None and end.last_id != expected:
        return f"{_whose(end.last_id)}: another id at place {end.count}"
    return None


def _whose(identity: UUID | None) -> str:
    return STRANGER if identity == FOREIGN else OLDER


def differing(lying: Iterable[Lying], rows: Mapping[int, Row]) -> str | None:
    """Why a lane must halt, if what lies there unacknowledged is not what the outbox has at those places.

    The counts alone can meet again: what is decided by an older database fills up the lane with other facts.
    """
    for record in lying:
        row = rows.get(record.place)
        if row is None or row.value != record.value:
            what = "nothing was decided for" if row is None else "another fact is at"
            return f"{_whose(record.id)}: {what} place {record.place}"
    return None


def halt(told: str | None, first: str | None) -> str | None:
    """Why a lane halts, of what its end tells and its first difference.

    Behind a stranger's record every fact of ours lies at another place: by the last one alone PostgreSQL
    would seem to be older, and nobody of the service would decide anything.
    """
    if told is None or first is None:
        return told or first
    return told if (STRANGER in told) == (STRANGER in first) else first


async def first_difference(
    pool: asyncpg.Pool[asyncpg.Record],
    deadline: float,
    tail: Tail,
    place: tuple[str, int],
    after: int,
    upto: int,
) -> str | None:
    """Compare what lies in an output partition after the place `after`, up to `upto`, as by `differing`."""
    if upto <= after:
        return None
    async with aclosing(tail.between(*place, after, upto)) as found:
        async for lying in found:
            first, last = lying[0].place, lying[-1].place
            async with acquired(pool, deadline) as connection:
                rows = await lanes.rows(connection, *place, first - 1, last - first + 1)
            if why := differing(lying, {row.place: row for row in rows}):
                return why
    return None
