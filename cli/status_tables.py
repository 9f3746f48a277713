"""How far each service is, read from the engine's own tables in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from jembatan.engine.records import EPOCH
from jembatan.engine.roles import identifier

POSITIONS = "SELECT topic, partition, next_offset, at FROM {schema}.position"
LANES = "SELECT partition, cluster_id, halted FROM {schema}.lane ORDER BY partition"
BACKLOG = """
SELECT coalesce(sum(h.head - m.acknowledged), 0)::bigint
FROM {schema}.lane_head AS h JOIN {schema}.lane_mark AS m USING (topic, partition)
"""
JOBS = "SELECT count(*) FROM {schema}.job WHERE NOT done"


@dataclass(frozen=True, slots=True)
class Tables:
    """One service as PostgreSQL has it. `positions`: next offset by topic and partition."""

    positions: dict[tuple[str, int], int]
    watermark: datetime | None
    backlog: int
    halted: dict[int, str]
    cluster: str | None
    jobs: int


async def tables(connection: asyncpg.Connection[asyncpg.Record], service: str) -> Tables | str:
    """The service's tables, or a sentence why they cannot be read."""
    schema = identifier(service)
    try:
        places = await connection.fetch(POSITIONS.format(schema=schema))
        lanes = await connection.fetch(LANES.format(schema=schema))
        backlog = await connection.fetchval(BACKLOG.format(schema=schema))
        jobs = await connection.fetchval(JOBS.format(schema=schema))
    except asyncpg.UndefinedTableError:
        return f"not migrated yet: `jembatan migrate {service}`"
    except (asyncpg.InvalidSchemaNameError, asyncpg.InsufficientPrivilegeError):
        return "this role may not read its schema"
    return Tables(
        positions={(row["topic"], row["partition"]): row["next_offset"] for row in places},
        watermark=_watermark(service, places),
        backlog=int(backlog or 0),
        halted={row["partition"]: row["halted"] for row in lanes if row["halted"]},
        cluster=next((row["cluster_id"] for row in lanes if row["cluster_id"]), None),
        jobs=int(jobs or 0),
    )


def _watermark(service: str, places: list[asyncpg.Record]) -> datetime | None:
    """The least of the times decided in the partitions of the report topics; None before all have one."""
    reports = [row["at"] for row in places if row["topic"].startswith(f"{service}.reports")]
    least = min(reports, default=EPOCH)
    return least if least > EPOCH else None
