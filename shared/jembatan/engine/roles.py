"""Database, schemas and roles: a service's app role reads and writes rows of its own schema, no more.

Everything here may be repeated: it ends in the same state.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import asyncpg

from jembatan.engine.scram import SALT_BYTES, verifier
from jembatan.topology import Role, role_name

# One number for all installers, so that two at once do not alter the same role.
_LOCK = 7_562_116_830_417
_NO_RIGHTS = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


async def create_database(maintenance_dsn: str, name: str) -> None:
    """Makes the database if it is missing. `maintenance_dsn`: another database, as superuser."""
    connection = await asyncpg.connect(maintenance_dsn, timeout=30)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f"CREATE DATABASE {identifier(name)}")
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        # Another installer was a moment faster.
        pass
    finally:
        await connection.close()


async def create_roles(superuser_dsn: str, roles: Sequence[Role], passwords: Mapping[str, str]) -> None:
    """Makes roles and schemas, in one transaction of the platform's database.

    `passwords`: by role name; a role without one cannot log in. Only their verifiers go to the
    server. Rights and settings of roles that exist are set anew, so that a changed topology takes effect.
    """
    connection = await asyncpg.connect(superuser_dsn, timeout=30)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            database = str(await connection.fetchval("SELECT current_database()"))
            existing = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
            for statement in statements(database, roles, verifiers(passwords), existing):
                await connection.execute(statement)
    finally:
        await connection.close()


async def set_password(superuser_dsn: str, role: str, password: str) -> None:
    """Gives a role that exists another password; asyncpg.UndefinedObjectError if there is no such role."""
    connection = await asyncpg.connect(superuser_dsn, timeout=30)
    try:
        fresh = literal(verifiers({role: password})[role])
        await connection.execute(f"ALTER ROLE {identifier(role)} PASSWORD {fresh}")
    finally:
        await connection.close(timeout=10)


def verifiers(passwords: Mapping[str, str]) -> dict[str, str]:
    """What the server keeps in place of each password, salted anew."""
    return {role: verifier(password, os.urandom(SALT_BYTES)) for role, password in passwords.items()}


def statements(
    database: str, roles: Sequence[Role], verifiers: Mapping[str, str], existing: set[str]
) -> list[str]:
    """The SQL that makes `roles` and what they may do; owners first, since schemas belong to them."""
    base = identifier(database)
    # The server's own databases too: there a stranger could make tables, if only temporary ones.
    closing = [f"REVOKE ALL ON DATABASE {name} FROM PUBLIC" for name in (base, "postgres", "template1")]
    closing += ["REVOKE ALL ON SCHEMA public FROM PUBLIC"]
    made = [s for role in roles for s in _role(base, role, verifiers.get(role.name), role.name in existing)]
    owned = [s for role in roles if role.kind == "owner" for s in _schema(role)]
    granted = [s for role in roles if role.kind == "app" for s in _rights(role)]
    return closing + made + owned + granted


def identifier(name: str) -> str:
    """A name quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string quoted for SQL (standard_conforming_strings, the default, has no escapes)."""
    return "'" + text.replace("'", "''") + "'"


def _role(database: str, role: Role, secret: str | None, exists: bool) -> list[str]:
    name = identifier(role.name)
    login = f"LOGIN PASSWORD {literal(secret)}" if secret else "NOLOGIN PASSWORD NULL"
    limits = f"{_NO_RIGHTS} CONNECTION LIMIT {role.connection_limit}"
    settings = {"search_path": role.service} | role.settings
    return [
        f"{'ALTER' if exists else 'CREATE'} ROLE {name} {login} {limits}",
        f"GRANT CONNECT ON DATABASE {database} TO {name}",
        f"ALTER ROLE {name} IN DATABASE {database} RESET ALL",
        *(
            f"ALTER ROLE {name} IN DATABASE {database} SET {identifier(key)} = {literal(value)}"
            for key, value in settings.items()
        ),
    ]


def _schema(role: Role) -> list[str]:
    schema, owner = identifier(role.service), identifier(role.name)
    return [
        f"CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {owner}",
        f"ALTER SCHEMA {schema} OWNER TO {owner}",
        f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    ]


def _rights(role: Role) -> list[str]:
    schema, app = identifier(role.service), identifier(role.name)
    later = (
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {identifier(role_name(role.service, 'owner'))} IN SCHEMA {schema}"
    )
    rows, numbers = "SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT"
    return [
        f"GRANT USAGE ON SCHEMA {schema} TO {app}",
        f"GRANT {rows} ON ALL TABLES IN SCHEMA {schema} TO {app}",
        f"GRANT {numbers} ON ALL SEQUENCES IN SCHEMA {schema} TO {app}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {app}",
        f"{later} GRANT {rows} ON TABLES TO {app}",
        f"{later} GRANT {numbers} ON SEQUENCES TO {app}",
        f"{later} GRANT EXECUTE ON FUNCTIONS TO {app}",
    ]
