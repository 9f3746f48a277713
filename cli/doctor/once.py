"""A candidate has one live offer, and is in one round at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cli.doctor.finding import Finding
from cli.doctor.kinds import Kind
from cli.doctor.snapshot import Connection, fetched

OFFERS = """
SELECT candidate, array_agg(id ORDER BY id) AS names FROM offer
WHERE live GROUP BY 1 HAVING count(*) > 1 ORDER BY 1
"""
ROUNDS = """
SELECT candidate, array_agg(round_id ORDER BY round_id) AS names FROM round_candidate
WHERE active GROUP BY 1 HAVING count(*) > 1 ORDER BY 1
"""


def compare(kind: Kind, rows: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Candidates with more than one."""
    for row in rows:
        yield Finding(kind, "matching", f"candidate {row['candidate']}", ", ".join(row["names"]))


async def check(connection: Connection) -> list[Finding]:
    """Offers and rounds of matching. The database has an index for each, unless someone dropped it."""
    return [
        *compare(Kind.TWO_LIVE_OFFERS, await fetched(connection, OFFERS)),
        *compare(Kind.IN_TWO_ROUNDS, await fetched(connection, ROUNDS)),
    ]
