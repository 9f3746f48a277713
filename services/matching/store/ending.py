"""Offers that stand without a contract, by their vacancy or their partnership."""

from __future__ import annotations

from collections.abc import Sequence

from jembatan.engine.service import Connection
from services.matching.domain.ending import OF_PARTNERSHIP, OF_VACANCY

STANDING = """
SELECT offer.id FROM seat JOIN offer ON offer.id = seat.round_id || ':' || seat.candidate
WHERE seat.held AND {column} = $1 AND offer.live AND NOT EXISTS (SELECT FROM placement WHERE id = offer.id)
ORDER BY offer.id LIMIT $2
"""
OF = {OF_VACANCY: STANDING.format(column="vacancy"), OF_PARTNERSHIP: STANDING.format(column="partnership")}


async def standing(connection: Connection, kind: str, subject: str, limit: int) -> Sequence[str]:
    """The next ids for a job; read without locks, so that who loads them looks again."""
    return [row["id"] for row in await connection.fetch(OF[kind], subject, limit)]
