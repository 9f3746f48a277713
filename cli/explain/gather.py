"""What the schema of matching has of rounds, of a candidate and of a vacancy in them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
from pydantic import TypeAdapter

from cli.exits import Exit, Failed
from cli.explain.known import Asked, Entered, Round
from jembatan.contracts.matching.offers import OfferState, Passed
from jembatan.contracts.matching.placement_values import PlacementAside, PlacementState, WhyEnded
from jembatan.contracts.matching.rounds import Cutoff, RoundState
from services.matching import lottery
from services.matching.domain.against import Against
from services.matching.domain.freezing import Frame
from services.matching.domain.world import PlacementRow

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

KNOWN = "SELECT EXISTS (SELECT FROM matching.candidate WHERE id = $1)"
KNOWN_VACANCY = "SELECT EXISTS (SELECT FROM matching.vacancy WHERE id = $1)"
ROUNDS = "SELECT state FROM matching.round ORDER BY closes_at, id"
WORK = "SELECT kind, about FROM matching.round_work WHERE round_id = $1"
ENTERED_ROUNDS = "SELECT round_id FROM matching.round_candidate WHERE candidate = $1"
ENTERED = """
SELECT reference, preferences, score, reasons, vacancy, passed_over FROM matching.round_candidate
WHERE round_id = $1 AND candidate = $2
"""
OFFER = """
SELECT offer.state, offer.aside, placement.state AS placement, placement.aside AS beside
FROM matching.offer LEFT JOIN matching.placement USING (id) WHERE offer.round_id = $1 AND offer.candidate = $2
"""
LISTED = """
SELECT listed -> 'tiers' FROM matching.round_part, jsonb_array_elements(body::jsonb -> 'candidates') AS listed
WHERE round_id = $1 AND kind = 'market' AND listed ->> 'id' = $2
"""
ONE_ORDER = """
SELECT NOT EXISTS (
    SELECT FROM matching.round_part, jsonb_array_elements(body::jsonb -> 'candidates') AS listed
    WHERE round_id = $1 AND kind = 'market' AND (
        (SELECT count(DISTINCT value) FROM jsonb_each(listed -> 'scores')) > 1
        OR (SELECT count(DISTINCT value) FROM jsonb_each(listed -> 'tiers')) > 1)
)
"""
WISHED = "SELECT count(*) FROM matching.round_candidate WHERE round_id = $1 AND $2 = ANY(preferences)"
MATCHED = "SELECT count(*) FROM matching.round_candidate WHERE round_id = $1 AND vacancy = $2"
OFFERS = """
SELECT phase, count(*) AS number FROM matching.offer
WHERE round_id = $1 AND state ->> 'vacancy' = $2 GROUP BY phase
"""
WITH_VACANCY = """
SELECT round_id FROM matching.round_work
WHERE kind = 'freeze' AND (about #> '{frame,vacancies}' ? $1 OR about #> '{frame,left_out}' ? $1)
"""
WITHIN = 60

_REASONS = TypeAdapter(dict[str, tuple[Against, ...]])
_PASSED = TypeAdapter(tuple[Passed, ...])


@asynccontextmanager
async def reading(dsn: str) -> AsyncIterator[Connection]:
    """A connection that reads one moment of the schema; Failed if PostgreSQL or the schema cannot be read."""
    try:
        connection = await asyncpg.connect(dsn, timeout=10, command_timeout=WITHIN)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        why = f"PostgreSQL does not answer ({type(error).__name__}: {error})."
        raise Failed(Exit.UNREACHABLE, why) from error
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError) as error:
        why = f"The schema of matching cannot be read ({error})."
        raise Failed(Exit.UNREACHABLE, why) from error
    finally:
        await connection.close(timeout=10)


async def is_candidate(connection: Connection, name: str) -> bool:
    return bool(await connection.fetchval(KNOWN, name))


async def is_vacancy(connection: Connection, name: str) -> bool:
    return bool(await connection.fetchval(KNOWN_VACANCY, name))


async def rounds(connection: Connection) -> list[RoundState]:
    """All rounds, in the order in which they close."""
    return [RoundState.model_validate_json(row["state"]) for row in await connection.fetch(ROUNDS)]


async def entered_rounds(connection: Connection, candidate: str) -> set[str]:
    """The rounds that took the candidate in."""
    return {row["round_id"] for row in await connection.fetch(ENTERED_ROUNDS, candidate)}


async def rounds_of_vacancy(connection: Connection, vacancy: str) -> set[str]:
    """The rounds whose freeze looked at the vacancy."""
    return {row["round_id"] for row in await connection.fetch(WITH_VACANCY, vacancy)}


async def a_round(connection: Connection, state: RoundState) -> Round:
    """A round with what its freeze fixed and its cut-offs."""
    work = {row["kind"]: json.loads(row["about"]) for row in await connection.fetch(WORK, state.id)}
    frame = work.get("freeze", {}).get("frame")
    return Round(
        state,
        Frame.model_validate(frame) if frame else None,
        _cutoffs(work.get("match", {})),
        bool(await connection.fetchval(ONE_ORDER, state.id)),
    )


def _cutoffs(about: Mapping[str, Any]) -> dict[str, Cutoff]:
    return {name: Cutoff.model_validate(last) for name, last in about.get("cutoffs", {}).items()}


async def entered(connection: Connection, found: Round, candidate: str) -> Entered | None:
    """The candidate in the round; None if the round never took them in."""
    row = await connection.fetchrow(ENTERED, found.state.id, candidate)
    if row is None:
        return None
    listed = await connection.fetchval(LISTED, found.state.id, row["reference"])
    offer = await connection.fetchrow(OFFER, found.state.id, candidate)
    return Entered(
        reference=row["reference"],
        eligible=tuple(row["preferences"]),
        score=row["score"],
        tiers=json.loads(listed) if listed else {},
        reasons=_REASONS.validate_json(row["reasons"]),
        vacancy=row["vacancy"],
        passed=_PASSED.validate_json(row["passed_over"] or "[]"),
        ticket=_ticket(found.state, row["reference"]),
        **_offered(offer),
    )


def _offered(row: asyncpg.Record | None) -> dict[str, Any]:
    if row is None:
        return {}
    found: dict[str, Any] = {"offer": OfferState.model_validate_json(row["state"])}
    if row["aside"] is not None:
        found["called_off"] = WhyEnded.model_validate_json(row["aside"])
    if row["placement"] is not None:
        state = PlacementState.model_validate_json(row["placement"])
        found["placement"] = PlacementRow(state, PlacementAside.model_validate_json(row["beside"]))
    return found


def _ticket(state: RoundState, reference: str) -> str | None:
    if state.rho is None or state.snapshot is None:
        return None
    return lottery.ticket(state.rho, state.id, state.snapshot, reference)


async def asked(connection: Connection, found: Round, vacancy: str) -> Asked:
    """How a vacancy was wished for, matched and answered in a round."""
    offers = await connection.fetch(OFFERS, found.state.id, vacancy)
    return Asked(
        wished=await connection.fetchval(WISHED, found.state.id, vacancy),
        matched=await connection.fetchval(MATCHED, found.state.id, vacancy),
        offers={row["phase"]: row["number"] for row in offers},
    )
