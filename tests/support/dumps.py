"""A consistent dump of schemas while services run, and its restoration, as pg_dump and pg_restore would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import asyncpg

TABLES = """
SELECT relname::text AS name FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
WHERE nspname = $1 AND relkind = 'r' ORDER BY relname
"""


@dataclass(frozen=True)
class Dump:
    """Every table's rows in PostgreSQL's binary format, by schema and table, of one moment."""

    tables: dict[tuple[str, str], bytes]


async def dump(dsn: str, schemas: Sequence[str]) -> Dump:
    """All tables of these schemas in one snapshot."""
    connection = await asyncpg.connect(dsn)
    found = {}
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            for schema in schemas:
                for row in await connection.fetch(TABLES, schema):
                    out = BytesIO()
                    await connection.copy_from_table(
                        row["name"], schema_name=schema, output=out, format="binary"
                    )
                    found[schema, row["name"]] = out.getvalue()
    finally:
        await connection.close()
    return Dump(found)


async def restore(dsn: str, kept: Dump) -> None:
    """Put a dump in the place of what is there."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            for schema, table in kept.tables:
                await connection.execute(f'TRUNCATE "{schema}"."{table}"')
            for (schema, table), rows in kept.tables.items():
                await connection.copy_to_table(
                    table, schema_name=schema, source=BytesIO(rows), format="binary"
                )
    finally:
        await connection.close()
