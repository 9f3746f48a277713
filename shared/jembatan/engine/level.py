"""Whether PostgreSQL is as new as its topics: a database restored from a backup must decide nothing.

What it would decide takes places and sequences that are given away already, from states that are no longer
true, so a service whose database is older than one of its lanes stands still as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jembatan.engine.halts import OLDER, remedy
from jembatan.engine.service import Connection

HALTED = """
SELECT halted FROM lane WHERE position($1 IN halted) > 0 ORDER BY partition LIMIT 1
"""
HEADS = """
SELECT topic, partition, head, coalesce(acknowledged, 0) AS acknowledged
FROM lane_head LEFT JOIN lane_mark USING (topic, partition) WHERE topic = ANY($1)
"""

Place = tuple[str, int]
"""An output topic and a partition of it."""


class Older(Exception):
    """PostgreSQL is older than its topics: nothing is decided until it is brought up to them."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} {remedy(why)}")


async def check(connection: Connection) -> None:
    """`Older` if a lane of the service is halted for that."""
    why = await connection.fetchval(HALTED, OLDER)
    if why is not None:
        raise Older(why)


@dataclass(frozen=True, slots=True)
class Given:
    """How many facts a lane was given, and how many Kafka has acknowledged."""

    head: int
    acknowledged: int


async def heads(connection: Connection, topics: Sequence[str]) -> dict[Place, Given]:
    """What each lane was given; to be read after Kafka's ends."""
    rows = await connection.fetch(HEADS, list(topics))
    return {(row["topic"], row["partition"]): Given(row["head"], row["acknowledged"]) for row in rows}


def ahead(ends: Mapping[Place, int], decided: Mapping[Place, Given]) -> dict[Place, str]:
    """Lanes that have more than was decided, and why that is a halt. Pure."""
    return {
        lane: f"{lane[0]}/{lane[1]}: {OLDER}: Kafka has {end}, decided are {decided[lane].head}"
        for lane, end in sorted(ends.items())
        if end > decided[lane].head
    }
