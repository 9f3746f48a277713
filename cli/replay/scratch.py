"""The schema that facts are folded into: made in the snapshot's own transaction, so it goes with it."""

from __future__ import annotations

from pathlib import Path

import services as house
from cli import schemas
from cli.doctor.snapshot import Connection
from jembatan.engine.roles import identifier

UNIQUE = """
SELECT c.relname AS name FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND i.indisunique
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
"""


def name_of(service: str) -> str:
    """The scratch schema's name."""
    return f"replay_{service}"


async def make(connection: Connection, service: str) -> None:
    """An empty schema with the service's tables, which unqualified names mean from now on.

    Its partial unique indexes hold at every moment of the live tables, yet not while partitions are folded
    one after the other, so they are left out; the live ones are checked by PostgreSQL all the time.
    """
    migrations = Path(house.__path__[0]) / service / "migrations"
    await schemas.make(connection, name_of(service), migrations, local=True)
    for row in await connection.fetch(UNIQUE, name_of(service)):
        await connection.execute(f"DROP INDEX {identifier(row['name'])}")
