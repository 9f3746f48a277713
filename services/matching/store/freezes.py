"""What a freeze reads: the scope's states, locked, and candidates as of the round's `closes_at`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from jembatan.contracts.matching.candidates import CandidateState, Evidence
from jembatan.engine.service import Connection
from services.matching.domain.publishing import Outcome
from services.matching.domain.world import CandidateRow, World
from services.matching.store import candidates as rows_of
from services.matching.store import caps, copies, rounds
from services.matching.store.work import Source

SEATS = "SELECT vacancy, count(*) AS seats FROM seat WHERE held AND vacancy = ANY($1) GROUP BY 1"
NEXT = "SELECT id FROM candidate WHERE id > $1 ORDER BY id LIMIT $2 FOR UPDATE"
KEPT = "SELECT candidate, state, evidence FROM kept WHERE round_id = $1 AND candidate = ANY($2)"
IN_ROUND = "SELECT candidate, round_id FROM round_candidate WHERE active AND candidate = ANY($1)"
WITH_OFFER = "SELECT candidate, id FROM offer WHERE live AND candidate = ANY($1)"
# The frame as the freeze has fixed it says where each vacancy belongs.
HOMES = """
SELECT vacancy.key AS vacancy, vacancy.value #>> '{state,partnership}' AS partnership
FROM round_work, jsonb_each(about #> '{frame,vacancies}') AS vacancy
WHERE round_id = $1 AND kind = 'freeze'
"""
LATEST = """
SELECT greatest(max(at), 'epoch'::timestamptz, CASE WHEN $1::bool THEN clock_timestamp() END) FROM position
WHERE topic = 'matching.reports' OR topic LIKE 'matching.reports.%'
"""


@dataclass(frozen=True, slots=True)
class Page:
    """Candidates as of a round's closing, those that a round or an offer holds, and where to go on.

    `last` is None when no candidate is left.
    """

    rows: Sequence[CandidateRow]
    in_round: dict[str, str]
    with_offer: dict[str, str]
    last: str | None


async def latest(source: Source, *, clock: bool) -> datetime:
    """The latest time of any report read so far, and with `clock` not before the database's own.

    Who has reports to catch up with knows an old time only, and would name a beacon that is public already.
    """
    found: datetime = await source.fetchval(LATEST, clock)
    return found


async def load_round(connection: Connection, round_id: str) -> World:
    """The round alone, locked."""
    world = World()
    await rounds.load(connection, world, [round_id])
    return world


async def load_for_fixing(connection: Connection, round_id: str) -> World:
    """A round with its scope's vacancies, locked."""
    world = World()
    await copies.load_vacancies_of(connection, world, await rounds.scopes(connection, [round_id]))
    await rounds.load(connection, world, [round_id])
    return world


async def load_for_seats(connection: Connection, round_id: str, page: Iterable[Outcome]) -> World:
    """A round with those it matched, their vacancies and the caps over them, locked to take seats.

    Who leaves the list, what withdraws a vacancy or closes a partnership waits for this page, or it for them.
    """
    world = World()
    matched = [one for one in page if one.vacancy is not None and one.partnership is not None]
    homes = {one.partnership for one in matched if one.partnership}
    world.candidates = await rows_of.load_gone(connection, [one.candidate for one in matched])
    await copies.load_vacancies(connection, world, (), {one.vacancy for one in matched if one.vacancy})
    await copies.load_partnerships(connection, world, homes)
    await caps.load(connection, world, homes)
    await rounds.load(connection, world, [round_id])
    return world


async def seats(connection: Connection, vacancies: Iterable[str]) -> dict[str, int]:
    """Seats held, by vacancy."""
    return {row["vacancy"]: row["seats"] for row in await connection.fetch(SEATS, list(vacancies))}


async def partnerships_of(connection: Connection, round_id: str) -> dict[str, str]:
    """The partnership of each vacancy in a frozen round."""
    found = await connection.fetch(HOMES, round_id)
    return {row["vacancy"]: row["partnership"] for row in found}


async def candidates(connection: Connection, round_id: str, after: str, limit: int) -> Page:
    """The next candidates by id, locked, as they were when the round closed."""
    ids = [row["id"] for row in await connection.fetch(NEXT, after, limit)]
    live = await rows_of.load(connection, ids) if ids else {}
    past = {row["candidate"]: row for row in await connection.fetch(KEPT, round_id, ids)}
    then = [_kept(past[name]) if name in past else live[name] for name in ids]
    return Page(
        rows=[row for row in then if row is not None],
        in_round={row["candidate"]: row["round_id"] for row in await connection.fetch(IN_ROUND, ids)},
        with_offer={row["candidate"]: row["id"] for row in await connection.fetch(WITH_OFFER, ids)},
        last=ids[-1] if len(ids) == limit else None,
    )


def _kept(row: asyncpg.Record) -> CandidateRow | None:
    if row["state"] is None or row["evidence"] is None:
        return None
    return CandidateRow(
        CandidateState.model_validate_json(row["state"]), Evidence.model_validate_json(row["evidence"])
    )
