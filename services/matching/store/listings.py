"""The parts of a market or a result, kept as they are listed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from jembatan.engine.service import Connection
from services.matching.store.work import Source

PUT = """
INSERT INTO round_part (round_id, kind, part, body)
SELECT $1, $2, part, body FROM unnest($3::int[], $4::text[]) AS t (part, body)
"""
PARTS = """
SELECT body FROM round_part WHERE round_id = $1 AND kind = $2 AND part > $3 ORDER BY part LIMIT $4
"""
BODIES = "SELECT body FROM round_part WHERE round_id = $1 AND kind = $2 ORDER BY part"


async def put(connection: Connection, round_id: str, kind: str, bodies: Sequence[str]) -> None:
    """Keep the parts of a market or a result, JSON each, as they will be listed; numbers count from 1."""
    numbers = list(range(1, len(bodies) + 1))
    await connection.execute(PUT, round_id, kind, numbers, list(bodies))


async def after(source: Source, round_id: str, kind: str, number: int, limit: int) -> list[dict[str, Any]]:
    """The next parts of a market or a result after a number."""
    return [json.loads(row["body"]) for row in await source.fetch(PARTS, round_id, kind, number, limit)]


async def bodies(source: Source, round_id: str, kind: str) -> list[str]:
    """All parts of a market or a result, as they are."""
    return [row["body"] for row in await source.fetch(BODIES, round_id, kind)]
