"""`jembatan migrate`: schemas brought up to date, if asked with their roles."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncpg

import services
from cli.exits import Exit, Failed
from cli.output import put_json, put_line
from jembatan import topology
from jembatan.engine.dsn import as_role, secret_in
from jembatan.engine.migrate import BadMigration, migrate
from jembatan.engine.roles import create_roles
from jembatan.topology import Role

ROLE_EXISTS = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)"


async def run(dsn: str, chosen: Sequence[str], *, with_roles: bool, as_json: bool) -> None:
    """Migrate each service as the owner of its schema; Failed says what stands in the way.

    With roles an owner that has a password does it itself, by a connection with its own limits.
    """
    known: dict[str, str] = {}
    if with_roles:
        roles = topology.roles(topology.load())
        known = passwords(roles, os.environ)
        await create_roles(dsn, roles, known)
    await _owned(dsn, chosen)
    for service in chosen:
        folder = Path(services.__path__[0]) / service / "migrations"
        owner = topology.role_name(service, "owner")
        theirs = as_role(dsn, owner, known[owner]) if owner in known else dsn
        try:
            done = await migrate(theirs, service, folder, owner)
        except BadMigration as error:
            raise Failed(Exit.NO, f"{service}: {error}") from error
        if as_json:
            put_json({"service": service, "applied": done})
        else:
            put_line(f"{service}: {', '.join(done) or 'up to date'}")


def passwords(roles: Sequence[Role], environment: Mapping[str, str]) -> dict[str, str]:
    """Each role's password of `JEMBATAN_PASSWORD_<SERVICE>` or, for its owner, `…_OWNER`.

    With `_FILE` behind its name a variable names a file that holds the password. A service's role needs one,
    else it could no longer log in: Failed names those without. An owner may do without it.
    """
    try:
        found = {role.name: _given(variable(role), environment) for role in roles}
    except ValueError as error:
        raise Failed(Exit.BAD_INPUT, f"{error}.") from error
    missing = [variable(role) for role in roles if role.kind == "app" and not found[role.name]]
    if missing:
        raise Failed(Exit.BAD_INPUT, f"Give the services' roles passwords: {', '.join(missing)}.")
    return {name: password for name, password in found.items() if password}


def _given(name: str, environment: Mapping[str, str]) -> str:
    file = environment.get(f"{name}_FILE")
    return environment.get(name) or (secret_in(Path(file)) if file else "")


def variable(role: Role) -> str:
    """The environment variable with a role's password."""
    tail = "_OWNER" if role.kind == "owner" else ""
    return f"JEMBATAN_PASSWORD_{role.service.upper()}{tail}"


async def _owned(dsn: str, chosen: Sequence[str]) -> None:
    owners = [topology.role_name(service, "owner") for service in chosen]
    connection = await asyncpg.connect(dsn, timeout=30)
    try:
        missing = [name for name in owners if not await connection.fetchval(ROLE_EXISTS, name)]
    finally:
        await connection.close(timeout=10)
    if missing:
        raise Failed(
            Exit.NO, f"There is no role {', '.join(missing)}; `jembatan migrate --roles` makes them."
        )
