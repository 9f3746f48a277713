"""Rights: each service's role reads and writes rows of its own schema, and nothing else (I10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cli.doctor.finding import Finding
from cli.doctor.kinds import Kind
from cli.doctor.snapshot import Connection, fetched
from jembatan.topology import Role

ROLES = """
SELECT rolname AS name,
    rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls
        OR has_database_privilege(r.oid, current_database(), 'CREATE') AS mighty,
    ARRAY(
        SELECT parent.rolname::text FROM pg_auth_members JOIN pg_roles AS parent ON parent.oid = roleid
        WHERE member = r.oid
    ) AS groups
FROM pg_roles AS r WHERE rolname = ANY($1)
"""
SCHEMAS = """
SELECT r.rolname AS role, n.nspname AS schema,
    array_remove(ARRAY[
        CASE WHEN has_schema_privilege(r.oid, n.oid, 'USAGE') THEN 'USAGE' END,
        CASE WHEN has_schema_privilege(r.oid, n.oid, 'CREATE') THEN 'CREATE' END
    ], NULL) AS rights
FROM pg_roles AS r CROSS JOIN pg_namespace AS n
WHERE r.rolname = ANY($1) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""
TABLES = """
SELECT r.rolname AS role, n.nspname AS schema, c.relname AS name,
    ARRAY(
        SELECT kind FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS kind
        WHERE has_any_column_privilege(r.oid, c.oid, kind)
        UNION SELECT kind
        FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS kind
        WHERE has_table_privilege(r.oid, c.oid, kind)
        ORDER BY 1
    ) AS rights
FROM pg_roles AS r CROSS JOIN pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE r.rolname = ANY($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""
PUBLIC = """
SELECT n.nspname AS schema, a.privilege_type AS right
FROM pg_namespace AS n CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
WHERE a.grantee = 0 AND n.nspname = ANY($1)
"""
ROWS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
OWN = {"owner": frozenset({"USAGE", "CREATE"}), "app": frozenset({"USAGE"})}
Rows = Sequence[Mapping[str, Any]]


def of_roles(wanted: Sequence[Role], rows: Rows) -> Iterator[Finding]:
    """The roles themselves: all there, none mighty, none a member of another."""
    there = {row["name"]: row for row in rows}
    for role in wanted:
        row = there.get(role.name)
        if row is None:
            yield Finding(Kind.ROLE_MISSING, role.service, role.name, "it does not exist")
        elif row["mighty"]:
            what = "it is superuser, may make databases, schemas or roles, replicate, or pass by row security"
            yield Finding(Kind.ROLE_TOO_MIGHTY, role.service, role.name, what)
        elif row["groups"]:
            what = f"it is a member of {', '.join(row['groups'])}"
            yield Finding(Kind.ROLE_TOO_MIGHTY, role.service, role.name, what)


def of_schemas(wanted: Sequence[Role], rows: Rows) -> Iterator[Finding]:
    """Rights on schemas."""
    by_name = {role.name: role for role in wanted}
    for row in rows:
        role, has = by_name[row["role"]], frozenset(row["rights"])
        yield from _differ(role, f"schema {row['schema']}", has, _may(role, row["schema"], OWN[role.kind]))


def of_tables(wanted: Sequence[Role], rows: Rows) -> Iterator[Finding]:
    """Rights on tables; an owner has all on its own."""
    by_name = {role.name: role for role in wanted}
    for row in rows:
        role, has = by_name[row["role"]], frozenset(row["rights"])
        if role.kind == "owner" and row["schema"] == role.service:
            continue
        may = _may(role, row["schema"], ROWS)
        # A right on rows is shown for the columns, too.
        yield from _differ(role, f"table {row['schema']}.{row['name']}", has, may)


def _may(role: Role, schema: str, rights: frozenset[str]) -> frozenset[str]:
    return rights if schema == role.service else frozenset()


def _differ(role: Role, where: str, has: frozenset[str], may: frozenset[str]) -> Iterator[Finding]:
    if more := sorted(has - may):
        what = f"{role.name} has {', '.join(more)}"
        yield Finding(Kind.FOREIGN_RIGHT, role.service, where, what)
    if less := sorted(may - has):
        what = f"{role.name} lacks {', '.join(less)}"
        yield Finding(Kind.RIGHT_MISSING, role.service, where, what)


def of_everyone(rows: Rows) -> Iterator[Finding]:
    """Rights of PUBLIC on the services' schemas."""
    for row in rows:
        what = f"PUBLIC has {row['right']}"
        yield Finding(Kind.PUBLIC_RIGHT, row["schema"], f"schema {row['schema']}", what)


async def check(connection: Connection, wanted: Sequence[Role]) -> list[Finding]:
    """The rights of all roles of the installation."""
    names = [role.name for role in wanted]
    return [
        *of_roles(wanted, await fetched(connection, ROLES, names)),
        *of_schemas(wanted, await fetched(connection, SCHEMAS, names)),
        *of_tables(wanted, await fetched(connection, TABLES, names)),
        *of_everyone(await fetched(connection, PUBLIC, [role.service for role in wanted])),
    ]
