"""What each database role can do in each schema, tried out: the matrix of rights, embedded and in containers.

`python -m tests.support.rights URL FOLDER` prints it as JSON; URL names the database without a role, FOLDER
holds the passwords as `jembatan secrets` writes them. It needs nothing but asyncpg and the package jembatan.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg

from jembatan import topology
from jembatan.engine.dsn import as_role, secret_in
from jembatan.engine.roles import identifier

ACTS = ("read", "write", "create", "drop")
OWN = {"app": {"read", "write"}, "owner": set(ACTS)}
ELSEWHERE = ("public", "pg_catalog")
REFUSED = (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidSchemaNameError, asyncpg.UndefinedTableError)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename"
KIND = {"app": "", "owner": "_owner"}


@dataclass(frozen=True, slots=True)
class Tried:
    """One cell: `code` is PostgreSQL's for the refusal, None if it was let."""

    role: str
    schema: str
    act: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Rights:
    """All cells; each role's settings as a new session has them; what else every role was refused."""

    cells: list[Tried]
    settings: dict[str, dict[str, str]]
    beyond: dict[str, dict[str, str | None]]


def expected(plan: topology.Topology) -> dict[tuple[str, str, str], bool]:
    """By role, schema and act, whether it must be let."""
    schemas = [service.name for service in plan.services]
    return {
        (role.name, schema, act): schema == role.service and act in OWN[role.kind]
        for role in topology.roles(plan)
        for schema in (*schemas, *ELSEWHERE)
        for act in ACTS
        # Everyone may read the catalogue of tables; what is secret in it is tried on its own.
        if (schema, act) != ("pg_catalog", "read")
    }


async def tried(plan: topology.Topology, url_of: Callable[[str], str]) -> Rights:
    """Try everything as every role. Whatever is let is rolled back."""
    cells: list[Tried] = []
    settings: dict[str, dict[str, str]] = {}
    beyond: dict[str, dict[str, str | None]] = {}
    tables = await _tables(plan, url_of)
    for role in topology.roles(plan):
        connection = await asyncpg.connect(url_of(role.name), timeout=20)
        try:
            for name, schema, act in (key for key in expected(plan) if key[0] == role.name):
                cells.append(Tried(name, schema, act, await _act(connection, schema, act, tables[schema])))
            settings[role.name] = {
                name: await connection.fetchval("SELECT setting FROM pg_settings WHERE name = $1", name)
                for name in role.settings
            }
            beyond[role.name] = {what: await _code(connection, what) for what in BEYOND}
        finally:
            await connection.close(timeout=10)
    return Rights(cells, settings, beyond)


BEYOND = (
    "CREATE ROLE friend",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "SET ROLE postgres",
    "CREATE SCHEMA other",
    "SELECT rolpassword FROM pg_authid",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
    "CREATE TEMP TABLE scratch (n int)",
    "ALTER DATABASE jembatan SET work_mem = '1MB'",
)


async def _tables(plan: topology.Topology, url_of: Callable[[str], str]) -> dict[str, list[str]]:
    """The tables of each schema, as its owner sees them."""
    found = {"public": ["nothing"], "pg_catalog": ["pg_class"]}
    for service in plan.services:
        connection = await asyncpg.connect(url_of(topology.role_name(service.name, "owner")), timeout=20)
        try:
            found[service.name] = [row["tablename"] for row in await connection.fetch(TABLES, service.name)]
        finally:
            await connection.close(timeout=10)
    return found


async def _act(
    connection: asyncpg.Connection[asyncpg.Record], schema: str, act: str, tables: list[str]
) -> str | None:
    """The first refusal if any statement of an act is refused; None if all are let."""
    for statement in _statements(schema, act, tables):
        code = await _code(connection, statement)
        if code is not None:
            return code
    return None


def _statements(schema: str, act: str, tables: list[str]) -> list[str]:
    names = [f"{identifier(schema)}.{identifier(table)}" for table in tables]
    if act == "create":
        return [f"CREATE TABLE {identifier(schema)}.probe (n int)"]
    if act == "drop":
        return [f"DROP TABLE {name} CASCADE" for name in names]
    if act == "read":
        return [f"SELECT * FROM {name} LIMIT 1" for name in names]
    forms = ("DELETE FROM {0} WHERE false", "INSERT INTO {0} SELECT * FROM {0} LIMIT 0")
    return [form.format(name) for name in names for form in forms]


async def _code(connection: asyncpg.Connection[asyncpg.Record], statement: str) -> str | None:
    """PostgreSQL's code if it refuses for want of a right; None if it lets it. Other errors are raised."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement)
    except REFUSED as error:
        return str(error.sqlstate)
    finally:
        await transaction.rollback()
    return None


def wrong(plan: topology.Topology, found: Rights) -> list[str]:
    """Where what was tried is not what must be, a sentence each."""
    wanted = expected(plan)
    faults = [
        f"{one.role} {'may' if one.code is None else 'may not'} {one.act} in {one.schema} ({one.code})"
        for one in found.cells
        if (one.code is None) != wanted[one.role, one.schema, one.act]
    ]
    missing = wanted.keys() - {(one.role, one.schema, one.act) for one in found.cells}
    faults += [f"not tried: {key}" for key in sorted(missing)]
    for role in topology.roles(plan):
        if found.settings[role.name] != role.settings:
            faults.append(f"{role.name} has {found.settings[role.name]}, not {role.settings}")
        faults += [
            f"{role.name} may {what}" for what, code in found.beyond[role.name].items() if code is None
        ]
    return faults


def _url_of(url: str, folder: Path) -> Callable[[str], str]:
    plan = topology.load()
    files = {role.name: f"{role.service}{KIND[role.kind]}_password" for role in topology.roles(plan)}
    return lambda role: as_role(url, role, secret_in(folder / files[role]))


def main(url: str, folder: str) -> None:
    print(json.dumps(asdict(asyncio.run(tried(topology.load(), _url_of(url, Path(folder)))))))


if __name__ == "__main__":
    main(*sys.argv[1:])
