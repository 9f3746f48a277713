"""A schema beside a service's own, with its tables: what `replay` folds into and `recover` decides in."""

from __future__ import annotations

from pathlib import Path

from cli.doctor.snapshot import Connection
from jembatan.engine.migrate import migrations_of
from jembatan.engine.roles import identifier

COLUMNS = """
SELECT attname::text FROM pg_attribute
WHERE attrelid = format('%I.%I', $1::text, $2::text)::regclass AND attnum > 0 AND NOT attisdropped
ORDER BY attnum
"""


async def make(connection: Connection, name: str, migrations: Path, *, local: bool) -> None:
    """Empty tables by a service's migrations, in place of what the schema `name` had.

    Unqualified names mean it from now on: until the transaction ends if `local`, else as long as the session.
    """
    schema = identifier(name)
    await connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    await connection.execute(f"CREATE SCHEMA {schema}")
    await connection.execute(f"SET {'LOCAL' if local else 'SESSION'} search_path TO {schema}")
    for migration in migrations_of(migrations):
        await connection.execute(migration.sql)


async def columns(connection: Connection, schema: str, table: str) -> list[str]:
    """A table's columns, in their order."""
    return [row[0] for row in await connection.fetch(COLUMNS, schema, table)]
