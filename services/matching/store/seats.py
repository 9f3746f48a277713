"""Seats, each held or given back, and their tallies: the seats that really change move the tally."""

from __future__ import annotations

from collections.abc import Sequence

from jembatan.contracts.matching.offers import OfferState
from jembatan.engine.service import Connection

TAKE = """
WITH taken AS (
    INSERT INTO seat (round_id, candidate, vacancy, partnership)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS t ORDER BY 1, 2
    ON CONFLICT DO NOTHING RETURNING round_id, partnership
)
INSERT INTO tally (round_id, partnership, closes_at, held)
SELECT t.round_id, t.partnership, r.closes_at, count(*)
FROM taken t JOIN round r ON r.id = t.round_id GROUP BY 1, 2, 3 ORDER BY 1, 2
ON CONFLICT (round_id, partnership) DO UPDATE SET held = tally.held + excluded.held
"""
GIVE_BACK = """
WITH given AS (
    UPDATE seat SET held = false
    FROM unnest($1::text[], $2::text[]) AS t (round_id, candidate)
    WHERE seat.round_id = t.round_id AND seat.candidate = t.candidate AND seat.held
    RETURNING seat.round_id, seat.partnership
), counted AS (
    SELECT round_id, partnership, count(*)::int AS number FROM given GROUP BY 1, 2
)
UPDATE tally SET held = held - counted.number FROM counted
WHERE tally.round_id = counted.round_id AND tally.partnership = counted.partnership
"""


async def take(connection: Connection, offers: Sequence[OfferState]) -> None:
    """Seats of these offers, unless they have theirs; their rounds must be written before."""
    if offers:
        columns = zip(*((o.round, o.candidate, o.vacancy, o.partnership) for o in offers), strict=True)
        await connection.execute(TAKE, *(list(column) for column in columns))


async def give_back(connection: Connection, pairs: Sequence[tuple[str, str]]) -> None:
    """Seats by round and candidate; one that was given back already stays so, and counts no more."""
    if pairs:
        await connection.execute(GIVE_BACK, [one for one, _ in pairs], [name for _, name in pairs])
