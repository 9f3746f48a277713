"""Migrations of a service's own schema: numbered SQL files, forward only, each applied once.

The engine's own tables come first, by files of its own, then the service's. A file that was changed after
it was applied is an error: what is in production can only be changed by a new file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from jembatan.engine.locks import key
from jembatan.engine.service import Connection

ENGINE = {"0000_engine": "schema.sql", "0000_engine_2": "schema_2_seen_at.sql"}
"""The engine's own files, by the names that they are recorded with."""
LEDGER = """
CREATE TABLE IF NOT EXISTS migration (
    name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
)
"""
KNOWN = "SELECT name, checksum FROM migration"
RECORD = "INSERT INTO migration (name, checksum) VALUES ($1, $2)"


class BadMigration(Exception):
    """A migration was changed after it was applied, or does not apply; the message says which."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of SQL statements."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations_of(folder: Path) -> list[Migration]:
    """The engine's tables, then the service's own files by their number."""
    engine = [Migration(name, Path(__file__).with_name(file).read_text()) for name, file in ENGINE.items()]
    files = sorted(folder.glob("[0-9]*.sql"))
    return engine + [Migration(file.stem, file.read_text()) for file in files]


async def migrate(dsn: str, service: str, folder: Path, owner: str | None = None) -> list[str]:
    """Bring a service's schema up to date; gives the names of what was applied now.

    `owner` is the role that owns what is made. Two at once wait for each other.
    """
    connection = await asyncpg.connect(dsn, timeout=30)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", key("migrate", service))
            return await _apply(connection, service, folder, owner)
    finally:
        await connection.close(timeout=10)


async def pending(connection: Connection, folder: Path) -> list[str]:
    """Names of the migrations that are not applied yet in the schema of this connection."""
    if await connection.fetchval("SELECT to_regclass('migration')") is None:
        return [migration.name for migration in migrations_of(folder)]
    known = {row["name"] for row in await connection.fetch(KNOWN)}
    return [migration.name for migration in migrations_of(folder) if migration.name not in known]


async def _apply(connection: Connection, service: str, folder: Path, owner: str | None) -> list[str]:
    if owner is not None:
        await connection.execute(f'SET LOCAL ROLE "{owner}"')
    await connection.execute(f'SET LOCAL search_path TO "{service}"')
    await connection.execute(LEDGER)
    known = {row["name"]: row["checksum"] for row in await connection.fetch(KNOWN)}
    return [m.name for m in migrations_of(folder) if await _one(connection, m, known)]


async def _one(connection: Connection, migration: Migration, known: dict[str, str]) -> bool:
    if migration.name in known:
        if known[migration.name] != migration.checksum:
            raise BadMigration(f"{migration.name} was changed after it was applied; add a new file instead")
        return False
    try:
        await connection.execute(migration.sql)
    except asyncpg.PostgresError as error:
        raise BadMigration(f"{migration.name} does not apply: {error}") from error
    await connection.execute(RECORD, migration.name, migration.checksum)
    return True
