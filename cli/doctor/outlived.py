"""Offers end with what they are for: without a contract with their vacancy and partnership, once the job that
ends them is done, and before the departure with a candidate who withdraws or is rejected, at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from cli.doctor.finding import Finding
from cli.doctor.kinds import Kind
from cli.doctor.snapshot import Connection, fetched
from services.matching.domain.ending import LEFT, OF_PARTNERSHIP, OF_VACANCY, WHY
from services.matching.domain.placements_ends import BEFORE_DEPARTURE

OVER = """
SELECT offer.id, offer.phase, vacancy.id AS vacancy, partnership.id AS partnership
FROM offer
    LEFT JOIN vacancy
        ON vacancy.id = offer.state ->> 'vacancy' AND vacancy.state ->> 'phase' = 'withdrawn'
    LEFT JOIN partnership
        ON partnership.id = offer.state ->> 'partnership' AND partnership.state ->> 'phase' = 'closed'
WHERE offer.live AND (vacancy.id IS NOT NULL OR partnership.id IS NOT NULL)
    AND NOT EXISTS (SELECT FROM placement WHERE placement.id = offer.id)
ORDER BY offer.id
"""
AT_WORK = "SELECT kind, subject FROM job WHERE kind = ANY($1) AND NOT done"
GONE = """
SELECT offer.id, coalesce(placement.phase, offer.phase) AS phase, candidate.state ->> 'delisted_for' AS why
FROM offer
    JOIN candidate ON candidate.id = offer.candidate
    LEFT JOIN placement ON placement.id = offer.id
WHERE offer.live AND candidate.state ->> 'delisted_for' = ANY($1)
    AND (placement.id IS NULL OR placement.phase = ANY($2))
ORDER BY offer.id
"""
Job = tuple[str, str]


def compare(rows: Sequence[Mapping[str, Any]], at_work: Collection[Job]) -> Iterator[Finding]:
    """Offers that nobody will end; of each row `vacancy` and `partnership` are what is over, None if not.

    One job is enough: whichever it is, it ends the offer.
    """
    for row in rows:
        over = [
            (job, noun, row[noun])
            for job, noun in ((OF_VACANCY, "vacancy"), (OF_PARTNERSHIP, "partnership"))
            if row[noun] is not None
        ]
        if not any((job, name) in at_work for job, _, name in over):
            ended = ", ".join(f"{noun} {name} ({WHY[job]})" for job, noun, name in over)
            what = f"it is {row['phase']}, and over is {ended}"
            yield Finding(Kind.OFFER_OUTLIVED, "matching", f"offer {row['id']}", what)


def left(rows: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Offers of candidates who have left the list, and not departed yet."""
    for row in rows:
        what = f"it is {row['phase']}, and its candidate has left ({row['why']})"
        yield Finding(Kind.OFFER_OUTLIVED, "matching", f"offer {row['id']}", what)


async def check(connection: Connection) -> list[Finding]:
    """Every offer of matching that stands; a job begins in the transaction that makes it needed."""
    at_work = {(row["kind"], row["subject"]) for row in await fetched(connection, AT_WORK, list(WHY))}
    gone = await fetched(connection, GONE, list(LEFT), list(BEFORE_DEPARTURE))
    return [*compare(await fetched(connection, OVER), at_work), *left(gone)]
