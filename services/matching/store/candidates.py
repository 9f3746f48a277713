"""Candidates: their states and evidence, and the ends of their rosters."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg

from jembatan.contracts.deciding import Input, InputKind
from jembatan.contracts.matching.candidates import CandidateState, Evidence
from jembatan.engine import locks
from jembatan.engine.lanes import lane_of
from jembatan.engine.service import Connection
from services.matching.domain.world import CandidateRow
from services.matching.store import rows

LOCKED = "SELECT state, evidence FROM candidate WHERE id = ANY($1) ORDER BY id FOR UPDATE"
GONE = """
WITH locked AS (SELECT phase, state, evidence FROM candidate WHERE id = ANY($1) ORDER BY id FOR UPDATE)
SELECT state, evidence FROM locked WHERE phase = 'delisted'
"""
DUE = """
SELECT id, roster_ends_at FROM candidate
WHERE phase = 'rostered' AND lane = ANY($1) AND roster_ends_at < $2
ORDER BY roster_ends_at, id LIMIT $3
"""


async def load(connection: Connection, ids: Collection[str]) -> dict[str, CandidateRow]:
    """Lock and load candidates by id. Ids that nobody has yet are locked too, so none comes meanwhile."""
    wanted = sorted(set(ids))
    # All advisory locks before all rows: two transactions never hold what the other waits for.
    await locks.exclusive_new(connection, "candidate", wanted, "candidate")
    found = [_row(row) for row in await connection.fetch(LOCKED, wanted)]
    return {row.state.id: row for row in found}


async def load_gone(connection: Connection, ids: Collection[str]) -> dict[str, CandidateRow]:
    """Lock candidates that there are, and load those of them who are in no list any more."""
    found = [_row(row) for row in await connection.fetch(GONE, sorted(ids))]
    return {row.state.id: row for row in found}


def _row(row: asyncpg.Record) -> CandidateRow:
    state = CandidateState.model_validate_json(row["state"])
    return CandidateRow(state, Evidence.model_validate_json(row["evidence"]))


async def save(connection: Connection, changed: Sequence[CandidateRow], partitions: int) -> None:
    """Write candidates that changed."""
    states = [row.state for row in changed]
    columns: dict[str, tuple[str, Sequence[object]]] = {
        "id": ("text", [state.id for state in states]),
        "lane": ("int", [lane_of(state.id, partitions) for state in states]),
        "phase": ("text", [state.phase.value for state in states]),
        "roster_ends_at": ("timestamptz", [state.roster and state.roster.ends_at for state in states]),
        "state": rows.dumped(states),
        "evidence": rows.dumped(row.evidence for row in changed),
    }
    await rows.write(connection, "candidate", columns)


async def due(connection: Connection, lanes: Sequence[int], watermark: datetime, limit: int) -> list[Input]:
    """Candidates whose roster ended before the watermark, the earliest first; read without locks."""
    found = await connection.fetch(DUE, list(lanes), watermark, limit)
    return [
        Input(InputKind.DEADLINE, "candidate.roster_ends", row["id"], None, row["roster_ends_at"])
        for row in found
    ]
