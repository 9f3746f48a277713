"""Whether an example can be played on a platform that runs already."""

from __future__ import annotations

import asyncpg

from cli.demo.quiet import standing
from cli.exits import Exit, Failed
from jembatan.client import cluster, is_simulated
from jembatan.contracts.registry import SERVICES


async def suits(kafka: str, postgres: str) -> None:
    """Return if it keeps simulated time and has no facts yet; Failed says what stands in the way."""
    topics = (await cluster(kafka)).report_topics(SERVICES)
    if not topics:
        raise Failed(Exit.NO, f"{kafka} has no topics; `jembatan topics --create` makes them.")
    if not await is_simulated(kafka, topics[0]):
        raise Failed(
            Exit.NO,
            f"{kafka} keeps the broker's time; an example brings its own, and wants a platform made for it.",
            "With containers: docker compose --env-file deploy/demo.env run --rm demo",
        )
    if await _has_facts(postgres):
        raise Failed(Exit.NO, "An example was played here already; it needs a platform without facts.")


async def _has_facts(postgres: str) -> bool:
    database = await asyncpg.connect(postgres, timeout=10, command_timeout=20)
    try:
        return any((await standing(database)).heads.values())
    finally:
        await database.close(timeout=10)
