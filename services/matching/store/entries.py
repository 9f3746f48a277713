"""Who entered a round: as the freeze took them in, and what the match decided for each."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import SerializeAsAny, TypeAdapter

from jembatan.contracts.matching.offers import Passed
from jembatan.contracts.refusal import Reason
from jembatan.engine.service import Connection
from services.matching.domain.freezing import Entry
from services.matching.domain.publishing import Outcome
from services.matching.store.work import Source

# As they are, with the values that only some have.
_REASONS: TypeAdapter[dict[str, tuple[SerializeAsAny[Reason], ...]]] = TypeAdapter(
    dict[str, tuple[SerializeAsAny[Reason], ...]]
)
_PASSED: TypeAdapter[tuple[Passed, ...]] = TypeAdapter(tuple[Passed, ...])

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
LISTED_AT_ONCE = 20_000


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
