"""How far the long work on a round is, and what it keeps: who entered, and the parts of market and result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import asyncpg
from pydantic import SerializeAsAny, TypeAdapter

from jembatan.contracts.matching.offers import Passed
from jembatan.contracts.refusal import Reason
from jembatan.engine.jobs import PageMoved
from jembatan.engine.service import Connection, Job
from services.matching.domain.freezing import Entry
from services.matching.domain.publishing import Outcome
from services.matching.domain.rounds import FreezeBegun

Source: TypeAlias = "Connection | asyncpg.Pool[asyncpg.Record]"
"""Where a read comes from: a transaction, or the pool."""

# As they are, with the values that only some have.
_REASONS: TypeAdapter[dict[str, tuple[SerializeAsAny[Reason], ...]]] = TypeAdapter(
    dict[str, tuple[SerializeAsAny[Reason], ...]]
)
_PASSED: TypeAdapter[tuple[Passed, ...]] = TypeAdapter(tuple[Passed, ...])

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
ENTER = """
INSERT INTO round_candidate (round_id, candidate, reference, preferences, score, reasons, tiers, active)
SELECT $1, candidate, reference, ARRAY(SELECT jsonb_array_elements_text(preferences)), score, reasons, tiers,
    preferences <> '[]'
FROM unnest($2::text[], $3::text[], $4::jsonb[], $5::int[], $6::jsonb[], $7::jsonb[])
    AS t (candidate, reference, preferences, score, reasons, tiers) ORDER BY candidate
"""
LISTED = """
SELECT json_agg(json_build_array(reference, preferences, tiers, score) ORDER BY reference COLLATE "C")::text
    AS page, max(reference COLLATE "C") AS last
FROM (
    SELECT reference, preferences, tiers, score FROM round_candidate
    WHERE round_id = $1 AND preferences <> '{}' AND reference COLLATE "C" > $2
    ORDER BY reference COLLATE "C" LIMIT $3
) AS listed
"""
MATCHED = """
UPDATE round_candidate SET vacancy = matched.value
FROM round_part AS p, jsonb_each_text(p.body::jsonb -> 'matches') AS matched
WHERE p.round_id = $1 AND p.kind = 'result' AND p.part > $2 AND p.part <= $3
    AND round_candidate.round_id = $1 AND round_candidate.reference = matched.key
"""
PASSED_OVER = """
UPDATE round_candidate SET passed_over = passed.steps
FROM (
    SELECT one.key AS reference, (
        SELECT jsonb_agg(jsonb_build_object('vacancy', step -> 'vacancy', 'node', step -> 'node',
            'no_room', step -> 'before' = 'null') ORDER BY place)
        FROM jsonb_array_elements(one.value) WITH ORDINALITY AS e (step, place)
    ) AS steps
    FROM round_part AS p, jsonb_each(p.body::jsonb -> 'passed_over') AS one
    WHERE p.round_id = $1 AND p.kind = 'result' AND p.part > $2 AND p.part <= $3
) AS passed
WHERE round_candidate.round_id = $1 AND round_candidate.reference = passed.reference
"""
OUTCOMES = """
SELECT candidate, cardinality(preferences) AS eligible, vacancy, passed_over FROM round_candidate
WHERE round_id = $1 AND candidate > $2 ORDER BY candidate LIMIT $3
"""
COUNT = "SELECT count(*) FROM round_candidate WHERE round_id = $1"
PUT_PARTS = """
INSERT INTO round_part (round_id, kind, part, body)
SELECT $1, $2, part, body FROM unnest($3::int[], $4::text[]) AS t (part, body)
"""
PARTS = """
SELECT body FROM round_part WHERE round_id = $1 AND kind = $2 AND part > $3 ORDER BY part LIMIT $4
"""
BODIES = "SELECT body FROM round_part WHERE round_id = $1 AND kind = $2 ORDER BY part"
BEHIND = """
SELECT coalesce(max(head - coalesce(acknowledged, 0)), 0) FROM lane_head
    LEFT JOIN lane_mark USING (topic, partition)
"""
LISTED_AT_ONCE = 20_000


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


async def enter(connection: Connection, round_id: str, entries: Sequence[Entry]) -> None:
    """Candidates enter a round; each with an eligible pair is in no other from now on."""
    await connection.execute(
        ENTER,
        round_id,
        [entry.candidate for entry in entries],
        [entry.reference for entry in entries],
        [json.dumps(entry.preferences) for entry in entries],
        [entry.score for entry in entries],
        [_REASONS.dump_json(entry.reasons).decode() for entry in entries],
        [json.dumps(entry.tiers) for entry in entries],
    )


async def listed(source: Source, round_id: str) -> list[str]:
    """Reference, preferences, tiers and score of each candidate with an eligible pair, by reference.

    Pages of JSON arrays of such arrays, as they are: who is to compute with them is another process.
    """
    pages: list[str] = []
    last = ""
    while row := await source.fetchrow(LISTED, round_id, last, LISTED_AT_ONCE):
        if row["page"] is None:
            break
        pages.append(row["page"])
        last = row["last"]
    return pages


async def matched(connection: Connection, round_id: str, after: int, until: int) -> None:
    """Write beside each candidate what these parts of the result say: vacancy, preferences passed over."""
    await connection.execute(MATCHED, round_id, after, until)
    await connection.execute(PASSED_OVER, round_id, after, until)


async def behind(source: Source) -> int:
    """How many facts the lane that is furthest behind has still to publish."""
    return int(await source.fetchval(BEHIND))


async def outcomes(
    connection: Connection, round_id: str, after: str, limit: int, partnership_of: dict[str, str]
) -> list[Outcome]:
    """The next candidates of a round by id, and what was decided for each."""
    return [
        Outcome(
            candidate=row["candidate"],
            eligible=row["eligible"],
            vacancy=row["vacancy"],
            partnership=partnership_of.get(row["vacancy"] or ""),
            passed_over=_PASSED.validate_json(row["passed_over"] or "[]"),
        )
        for row in await connection.fetch(OUTCOMES, round_id, after, limit)
    ]


async def count(connection: Connection, round_id: str) -> int:
    """How many candidates entered, with an eligible pair or none."""
    return int(await connection.fetchval(COUNT, round_id))


async def put_parts(connection: Connection, round_id: str, kind: str, bodies: Sequence[str]) -> None:
    """Keep the parts of a market or a result, JSON each, as they will be listed; numbers count from 1."""
    numbers = list(range(1, len(bodies) + 1))
    await connection.execute(PUT_PARTS, round_id, kind, numbers, list(bodies))


async def parts(source: Source, round_id: str, kind: str, after: int, limit: int) -> list[dict[str, Any]]:
    """The next parts of a market or a result after a number."""
    return [json.loads(row["body"]) for row in await source.fetch(PARTS, round_id, kind, after, limit)]


async def bodies(source: Source, round_id: str, kind: str) -> list[str]:
    """All parts of a market or a result, as they are."""
    return [row["body"] for row in await source.fetch(BODIES, round_id, kind)]
