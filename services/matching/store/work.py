"""How far the long work on a round is, and what its stages leave for those after them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeAlias

import asyncpg

from jembatan.engine.jobs import PageMoved
from jembatan.engine.service import Connection, Job
from services.matching.domain.rounds import FreezeBegun

Source: TypeAlias = "Connection | asyncpg.Pool[asyncpg.Record]"
"""Where a read comes from: a transaction, or the pool."""

# Frame and cut-offs of a large round are megabytes; only who asks for them reads them. The two stages with a
# page for every so many candidates ask for nothing.
READ = """
SELECT stage, cursor,
    CASE WHEN stage IN ('take', 'tell') THEN '{}' ELSE about - 'frame' - 'cutoffs' END AS about
FROM round_work WHERE round_id = $1 AND kind = $2
"""
PART_OF = "SELECT about -> $3 AS part FROM round_work WHERE round_id = $1 AND kind = $2"
BEGIN = """
INSERT INTO round_work (round_id, kind, page, stage, about) VALUES ($1, $2, $3 + 1, $4, $5::jsonb)
ON CONFLICT DO NOTHING
"""
MARK = """
INSERT INTO round_work (round_id, kind, page, stage, about) VALUES ($1, 'freeze', 0, $2, $3::jsonb)
"""
MARKED = "marked"
"""The stage of a freeze before its first page."""
# What is not assigned is not written anew.
MOVE = """
UPDATE round_work SET page = page + 1, stage = $4, cursor = $5 WHERE round_id = $1 AND kind = $2 AND page = $3
"""
MOVE_WITH = """
UPDATE round_work SET page = page + 1, stage = $4, cursor = $5, about = about || $6::jsonb
WHERE round_id = $1 AND kind = $2 AND page = $3
"""
BEHIND = """
SELECT coalesce(max(head - coalesce(acknowledged, 0)), 0) FROM lane_head
    LEFT JOIN lane_mark USING (topic, partition)
"""


@dataclass(frozen=True, slots=True)
class Work:
    """Where a job is: its stage, a cursor in it, and what the stages before have left, the large apart."""

    stage: str
    cursor: str
    about: dict[str, Any]


async def read(source: Source, job: Job) -> Work | None:
    """The job's work; None before its first page is done."""
    row = await source.fetchrow(READ, job.subject, job.kind)
    return Work(row["stage"], row["cursor"], json.loads(row["about"])) if row else None


async def part_of(source: Source, job: Job, name: str) -> Any:  # noqa: ANN401
    """One part of what the stages before have left, as the frame or the cut-offs."""
    found = await source.fetchval(PART_OF, job.subject, job.kind, name)
    return json.loads(found) if found is not None else None


async def mark(connection: Connection, begun: FreezeBegun) -> None:
    """Keep what the mark of a freeze fixes for its pages."""
    nodes = [node.model_dump(mode="json") for node in begun.nodes]
    about = json.dumps({"nodes": nodes, "caps": begun.caps})
    await connection.execute(MARK, begun.round, MARKED, about)


async def begin(connection: Connection, job: Job, stage: str, about: dict[str, Any]) -> None:
    """The first page is done; PageMoved if it was done before."""
    done = await connection.execute(BEGIN, job.subject, job.kind, job.page, stage, json.dumps(about))
    _must(done, "INSERT 0 1", job)


async def move(
    connection: Connection, job: Job, stage: str, cursor: str = "", about: dict[str, Any] | None = None
) -> None:
    """A page is done, the next one is at this stage and cursor; PageMoved if the page was done before."""
    place = (job.subject, job.kind, job.page, stage, cursor)
    if about is None:
        done = await connection.execute(MOVE, *place)
    else:
        done = await connection.execute(MOVE_WITH, *place, json.dumps(about))
    _must(done, "UPDATE 1", job)


def _must(done: str, expected: str, job: Job) -> None:
    if done != expected:
        raise PageMoved(f"{job.kind} {job.subject} is no longer at page {job.page}")


async def behind(source: Source) -> int:
    """How many facts the lane that is furthest behind has still to publish."""
    return int(await source.fetchval(BEHIND))
