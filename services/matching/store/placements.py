"""Placements, and the seats that end with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jembatan.contracts.matching.placement_values import PlacementAside, PlacementState
from jembatan.engine.service import Connection
from services.matching.domain.world import PlacementRow, World
from services.matching.store import rows, seats

PLACEMENTS = "SELECT state, aside FROM placement WHERE id = ANY($1) ORDER BY id FOR UPDATE"
CALLED_OFF = """
UPDATE offer SET aside = t.why FROM unnest($1::text[], $2::jsonb[]) AS t (id, why) WHERE offer.id = t.id
"""
OVER = "UPDATE offer SET live = false WHERE id = ANY($1) AND live"


async def load(connection: Connection, world: World, ids: Iterable[str]) -> None:
    """Lock and load placements; who holds their offers' rows is alone in making new ones."""
    if not (names := list(ids)):
        return
    for row in await connection.fetch(PLACEMENTS, names):
        state = PlacementState.model_validate_json(row["state"])
        aside = PlacementAside.model_validate_json(row["aside"])
        world.placements[state.id] = PlacementRow(state, aside)


async def save_called_off(connection: Connection, world: World) -> None:
    """Write why contracts were cancelled before they were signed; the offers must be written before."""
    names = sorted(world.called_off)
    if names:
        _, whys = rows.dumped(world.called_off[name] for name in names)
        await connection.execute(CALLED_OFF, names, whys)


async def save(connection: Connection, world: World) -> None:
    """Write placements; one that is over lets its candidate go, and gives back a seat that it holds no more.

    The offers must be written before.
    """
    changed = [world.placements[name] for name in sorted(world.changed.placements)]
    if not changed:
        return
    states = [row.state for row in changed]
    columns: dict[str, tuple[str, Sequence[object]]] = {
        "id": ("text", [state.id for state in states]),
        "round_id": ("text", [state.round for state in states]),
        "candidate": ("text", [state.candidate for state in states]),
        "phase": ("text", [state.phase.value for state in states]),
        "state": rows.dumped(states),
        "aside": rows.dumped(row.aside for row in changed),
    }
    await rows.write(connection, "placement", columns)
    await connection.execute(OVER, [state.id for state in states if state.phase.over])
    await seats.give_back(
        connection, [(state.round, state.candidate) for state in states if not state.seat_held]
    )
