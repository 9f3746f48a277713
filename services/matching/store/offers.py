"""Offers, and the seats that they hold and give back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from jembatan.contracts.deciding import Input, InputKind
from jembatan.contracts.matching.offers import OfferPhase, OfferState
from jembatan.engine.lanes import lane_of
from jembatan.engine.service import Connection
from services.matching.domain.offers import GIVES_BACK
from services.matching.domain.world import World
from services.matching.store import rows

OFFERS = "SELECT state FROM offer WHERE id = ANY($1) ORDER BY id FOR UPDATE"
DUE = """
SELECT id, answer_by FROM offer
WHERE phase = 'extended' AND lane = ANY($1) AND answer_by < $2 ORDER BY answer_by, id LIMIT $3
"""
# The seats that really change move the tally, so that a repeat moves nothing.
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


async def load(connection: Connection, world: World, ids: Iterable[str]) -> None:
    """Lock and load offers."""
    if names := list(ids):
        found = await rows.states(connection, OfferState, OFFERS, names)
        world.offers |= {offer.id: offer for offer in found}


async def save(connection: Connection, world: World, partitions: int) -> None:
    """Write offers, and take or give back their seats; the rounds must be written before."""
    offers = [world.offers[name] for name in sorted(world.changed.offers)]
    if not offers:
        return
    columns: dict[str, tuple[str, Sequence[object]]] = {
        "id": ("text", [one.id for one in offers]),
        "round_id": ("text", [one.round for one in offers]),
        "candidate": ("text", [one.candidate for one in offers]),
        "lane": ("int", [lane_of(one.candidate, partitions) for one in offers]),
        "phase": ("text", [one.phase.value for one in offers]),
        "answer_by": ("timestamptz", [one.answer_by for one in offers]),
        "state": rows.dumped(offers),
    }
    await rows.write(connection, "offer", columns)
    await _take(connection, [one for one in offers if one.phase is OfferPhase.EXTENDED])
    await _give_back(connection, [one for one in offers if one.phase in GIVES_BACK])


async def _take(connection: Connection, offers: Sequence[OfferState]) -> None:
    if offers:
        columns = zip(*((o.round, o.candidate, o.vacancy, o.partnership) for o in offers), strict=True)
        await connection.execute(TAKE, *(list(column) for column in columns))


async def _give_back(connection: Connection, offers: Sequence[OfferState]) -> None:
    if offers:
        names = [one.round for one in offers], [one.candidate for one in offers]
        await connection.execute(GIVE_BACK, *names)


async def due(connection: Connection, lanes: Sequence[int], watermark: datetime, limit: int) -> list[Input]:
    """Offers that nobody answered in time."""
    found = await connection.fetch(DUE, list(lanes), watermark, limit)
    kind, name = InputKind.DEADLINE, "offer.answer_by"
    return [Input(kind, name, row["id"], None, row["answer_by"]) for row in found]
