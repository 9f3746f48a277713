"""A copy of a service's tables to work in, and putting it in their place: all of it or nothing."""

from __future__ import annotations

import asyncpg

from cli import schemas
from cli.doctor.snapshot import Connection
from cli.exits import Exit, Failed
from jembatan.engine.roles import identifier
from jembatan.engine.service import Service

TABLES = """
SELECT relname::text AS name FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
WHERE nspname = $1 AND relkind = 'r' AND relname <> 'migration' ORDER BY relname
"""
OUTBOX = "outbox"
"""What is in it already stays: nothing is taken out of it, and what is placed anew is put to it."""
EPOCHS = "UPDATE {live}.lane SET epoch = epoch + 1"
STATE = """
SELECT ARRAY(SELECT (partition, epoch)::text FROM {live}.lane ORDER BY 1) AS lanes,
    ARRAY(SELECT (topic, partition, head)::text FROM {live}.lane_head ORDER BY 1) AS heads,
    ARRAY(SELECT (topic, partition, next_offset, at)::text FROM {live}.position ORDER BY 1) AS positions
"""
UNHURRIED = {
    "statement_timeout": "0",
    "transaction_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}


def name_of(service: str) -> str:
    """The copy's schema."""
    return f"recover_{service}"


async def pool(dsn: str, service: str) -> asyncpg.Pool[asyncpg.Record]:
    """Connections that mean the copy by every unqualified name."""
    settings = {
        "application_name": f"jembatan-recover-{service}",
        "search_path": identifier(name_of(service)),
        "synchronous_commit": "off",
    }
    return await asyncpg.create_pool(
        dsn, min_size=1, max_size=4, timeout=10, server_settings=settings | UNHURRIED
    )


async def make(connection: Connection, service: Service) -> None:
    """Copy everything but the outbox's rows and the ledger of migrations."""
    live, copy = identifier(service.name), identifier(name_of(service.name))
    await schemas.make(connection, name_of(service.name), service.migrations, local=False)
    for table in await tables(connection, service.name):
        if table != OUTBOX:
            await _fill(connection, service.name, live, copy, table)
    await connection.execute("UPDATE lane SET halted = NULL")
    await connection.execute("ANALYZE")


async def tables(connection: Connection, service: str) -> list[str]:
    return [row["name"] for row in await connection.fetch(TABLES, service)]


async def _fill(connection: Connection, service: str, source: str, target: str, table: str) -> None:
    columns = ", ".join(identifier(column) for column in await schemas.columns(connection, service, table))
    name = identifier(table)
    # Names come from PostgreSQL's own catalogue, quoted.
    await connection.execute(
        f"INSERT INTO {target}.{name} ({columns}) SELECT {columns} FROM {source}.{name}"  # noqa: S608
    )


async def raise_epochs(connection: Connection, service: str) -> None:
    """Whoever held a lane before can write no more marks."""
    await connection.execute(EPOCHS.format(live=identifier(service)))


async def state(connection: Connection, service: str) -> tuple[object, ...]:
    """What changes as soon as a worker decides, or takes a lane."""
    row = await connection.fetchrow(STATE.format(live=identifier(service)))
    assert row is not None
    return tuple(row)


async def put_back(connection: Connection, service: str, before: tuple[object, ...]) -> None:
    """In the caller's transaction: the copy's rows in the place of the service's; Failed if those moved."""
    live, copy = identifier(service), identifier(name_of(service))
    await connection.execute(f"LOCK TABLE {live}.lane, {live}.lane_head, {live}.position IN EXCLUSIVE MODE")
    if await state(connection, service) != before:
        raise Failed(
            Exit.NO,
            f"A worker of {service} was at work meanwhile, and nothing was changed.",
            "Stop it, and run this again.",
        )
    found = await tables(connection, service)
    rest = [one for one in found if one != OUTBOX]
    await connection.execute(f"TRUNCATE {', '.join(f'{live}.{identifier(one)}' for one in rest)}")
    for table in found:
        await _fill(connection, service, copy, live, table)
    await drop(connection, service)


async def drop(connection: Connection, service: str) -> None:
    await connection.execute(f"DROP SCHEMA IF EXISTS {identifier(name_of(service))} CASCADE")
