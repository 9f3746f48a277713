"""Rounds, the rows kept for them, and their deadlines."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import asyncpg

from jembatan.contracts.deciding import Input, InputKind
from jembatan.contracts.matching.rounds import Phase, RoundState
from jembatan.engine import locks
from jembatan.engine.lanes import lane_of
from jembatan.engine.service import Connection
from services.matching.domain.rounds import draw_due
from services.matching.domain.world import Busy, RoundRow, World
from services.matching.store import rows

ROUNDS = "SELECT * FROM round WHERE id = ANY($1) ORDER BY id"
LOCKED = ROUNDS + " FOR UPDATE"
SCOPES = "SELECT state FROM round WHERE id = ANY($1)"
BUSY = """
SELECT round.state, work.about -> 'caps' AS caps FROM round
    LEFT JOIN round_work AS work ON work.round_id = round.id AND work.kind = 'freeze'
WHERE round.phase IN ('frozen', 'drawn') OR (round.phase = 'open' AND round.freezing)
"""
FREEZING = "SELECT id, closes_at FROM round WHERE phase = 'open'"
KEPT = "SELECT round_id, candidate FROM kept WHERE round_id = ANY($1) AND candidate = ANY($2)"
KEEP = """
INSERT INTO kept (round_id, candidate, state, evidence)
SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::jsonb[]) AS t ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""
RELEASE = "UPDATE round_candidate SET active = false WHERE round_id = ANY($1) AND active"
FORGET = "DELETE FROM kept WHERE round_id = ANY($1)"
# The column reveal_by holds when what draws the lottery is due, which is later once a beacon is waited for.
DUE = """
SELECT id, 'round.closes_at' AS what, closes_at AS at FROM round
WHERE phase = 'open' AND NOT freezing AND lane = ANY($1) AND closes_at < $2
UNION ALL SELECT id, 'round.reveal_by', reveal_by FROM round
WHERE phase IN ('open', 'frozen') AND lane = ANY($1) AND reveal_by < $2
UNION ALL SELECT id, 'round.last_reveal', last_reveal FROM round
WHERE phase = 'drawn' AND NOT matching AND lane = ANY($1) AND last_reveal < $2
ORDER BY at, id, what LIMIT $3
"""
ANY_ROUND = "*"


async def scopes(connection: Connection, ids: Collection[str]) -> set[str]:
    """The partnerships of these rounds, read without locks: a scope never changes."""
    found = await rows.states(connection, RoundState, SCOPES, list(ids)) if ids else []
    return {name for state in found for name in state.scope}


async def load(connection: Connection, world: World, ids: Collection[str], new: Collection[str] = ()) -> None:
    """Lock and load rounds; `new` may not exist yet, and no candidate changes while they come."""
    await locks.exclusive(connection, "round", {ANY_ROUND, *new} if new else ())
    for row in await connection.fetch(LOCKED, list(ids)) if ids else ():
        world.rounds[row["id"]] = _row(row)


async def read(pool: asyncpg.Pool[asyncpg.Record], round_id: str) -> RoundRow:
    """A round as it stands, without locks."""
    row = await pool.fetchrow(ROUNDS, [round_id])
    assert row is not None
    return _row(row)


async def load_freezing(connection: Connection, world: World, candidates: Collection[str]) -> None:
    """Rounds for which changes of these candidates keep the row before, and what is kept already."""
    if not candidates:
        return
    await locks.shared(connection, "round", {ANY_ROUND})
    world.freezing = {row["id"]: row["closes_at"] for row in await connection.fetch(FREEZING)}
    if not world.freezing:
        return
    found = await connection.fetch(KEPT, list(world.freezing), list(candidates))
    # Only that a row is kept counts here; the freeze reads what it is.
    world.kept = {(row["round_id"], row["candidate"]): None for row in found}


async def load_busy(connection: Connection, world: World) -> None:
    """Rounds between the mark of their freeze and their publication; the caller holds the caps."""
    for row in await connection.fetch(BUSY):
        state = RoundState.model_validate_json(row["state"])
        fixed = frozenset(json.loads(row["caps"] or "[]"))
        world.busy[state.id] = Busy(state.scope, state.closes_at, fixed)


def _row(row: asyncpg.Record) -> RoundRow:
    return RoundRow(
        state=RoundState.model_validate_json(row["state"]),
        freezing=row["freezing"],
        matching=row["matching"],
        first_reveal=row["first_reveal"],
        last_reveal=row["last_reveal"],
        open_offers=row["open_offers"],
        accepted=row["accepted"],
        declined=row["declined"],
        lapsed=row["lapsed"],
        withdrawn=row["withdrawn"],
    )


async def save(connection: Connection, world: World, partitions: int) -> None:
    """Write rounds and kept rows; a round that has ended lets its candidates go."""
    changed = [world.rounds[name] for name in sorted(world.changed.rounds)]
    await rows.write(connection, "round", _columns(changed, partitions))
    await _keep(connection, world)
    ended = [row.state.id for row in changed if row.state.phase in (Phase.ABORTED, Phase.SETTLED)]
    if ended:
        await connection.execute(RELEASE, ended)
    if past := [row.state.id for row in changed if row.state.phase is not Phase.OPEN]:
        await connection.execute(FORGET, past)


def _columns(changed: Sequence[RoundRow], partitions: int) -> dict[str, tuple[str, Sequence[object]]]:
    states = [row.state for row in changed]
    counts = ("open_offers", "accepted", "declined", "lapsed", "withdrawn")
    return {
        "id": ("text", [state.id for state in states]),
        "lane": ("int", [lane_of(state.id, partitions) for state in states]),
        "phase": ("text", [state.phase.value for state in states]),
        "closes_at": ("timestamptz", [state.closes_at for state in states]),
        "reveal_by": ("timestamptz", [draw_due(state) for state in states]),
        "state": rows.dumped(states),
        "freezing": ("boolean", [row.freezing for row in changed]),
        "matching": ("boolean", [row.matching for row in changed]),
        "first_reveal": ("timestamptz", [row.first_reveal for row in changed]),
        "last_reveal": ("timestamptz", [row.last_reveal for row in changed]),
        **{name: ("int", [getattr(row, name) for row in changed]) for name in counts},
    }


async def _keep(connection: Connection, world: World) -> None:
    if not world.changed.kept:
        return
    keys = sorted(world.changed.kept)
    kept = [world.kept[key] for key in keys]
    states = [row and row.state.model_dump_json() for row in kept]
    evidence = [row and row.evidence.model_dump_json() for row in kept]
    await connection.execute(KEEP, [k[0] for k in keys], [k[1] for k in keys], states, evidence)


async def due(connection: Connection, lanes: Sequence[int], watermark: datetime, limit: int) -> list[Input]:
    """Rounds that close, whose reveals end, or whose match can begin."""
    found: Iterable[asyncpg.Record] = await connection.fetch(DUE, list(lanes), watermark, limit)
    return [Input(InputKind.DEADLINE, row["what"], row["id"], None, row["at"]) for row in found]
