"""Reasons of eligibility, read from the one place where they stand: the schema of matching."""

from __future__ import annotations

import asyncpg
from pydantic import TypeAdapter

from cli.demo.story.eligibility import Private
from jembatan.contracts.refusal import Reason

ENTERED = "SELECT candidate, reasons FROM matching.round_candidate WHERE round_id = $1"
_REASONS: TypeAdapter[dict[str, tuple[Reason, ...]]] = TypeAdapter(dict[str, tuple[Reason, ...]])


async def reasons(database: asyncpg.Connection[asyncpg.Record], round_id: str) -> Private:
    """The reasons against each candidate's pairs in a round; candidates without any are there too."""
    rows = await database.fetch(ENTERED, round_id)
    return {row["candidate"]: _REASONS.validate_json(row["reasons"]) for row in rows}
