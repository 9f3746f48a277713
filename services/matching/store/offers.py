"""Offers, with the seats that they take and give back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from jembatan.contracts.deciding import Input, InputKind
from jembatan.contracts.matching.offers import OfferPhase, OfferState
from jembatan.engine.lanes import lane_of
from jembatan.engine.service import Connection
from services.matching.domain.offers import GIVES_BACK
from services.matching.domain.world import World
from services.matching.store import rows, seats

OFFERS = """
SELECT state FROM offer WHERE id = ANY($1) OR (live AND candidate = ANY($2)) ORDER BY id FOR UPDATE
"""
LIVE = (OfferPhase.EXTENDED, OfferPhase.ACCEPTED)
"""Phases in which an offer stands, until its placement is over (see `placements.save`)."""
DUE = """
SELECT id, answer_by FROM offer
WHERE phase = 'extended' AND lane = ANY($1) AND answer_by < $2 ORDER BY answer_by, id LIMIT $3
"""


async def load(connection: Connection, world: World, ids: Iterable[str], leaving: Iterable[str] = ()) -> None:
    """Lock and load offers by id, and those that still stand of candidates who leave."""
    names, gone = list(ids), list(leaving)
    if names or gone:
        found = await rows.states(connection, OfferState, OFFERS, names, gone)
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
        "live": ("boolean", [one.phase in LIVE for one in offers]),
        "answer_by": ("timestamptz", [one.answer_by for one in offers]),
        "state": rows.dumped(offers),
    }
    await rows.write(connection, "offer", columns)
    # One that was extended and withdrawn at once takes its seat, too, and gives it back.
    await seats.take(connection, offers)
    await seats.give_back(
        connection, [(one.round, one.candidate) for one in offers if one.phase in GIVES_BACK]
    )


async def due(connection: Connection, lanes: Sequence[int], watermark: datetime, limit: int) -> list[Input]:
    """Offers that nobody answered in time."""
    found = await connection.fetch(DUE, list(lanes), watermark, limit)
    kind, name = InputKind.DEADLINE, "offer.answer_by"
    return [Input(kind, name, row["id"], None, row["answer_by"]) for row in found]
