"""Compares what facts say with the live rows; PostgreSQL finds the rows that differ."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from cli.doctor.snapshot import Connection
from cli.replay.scratch import name_of
from cli.replay.tables import Table
from cli.schemas import columns
from jembatan.engine.roles import identifier

SIDES = """
SELECT to_jsonb(l) AS live, to_jsonb(s) AS said
FROM (SELECT {columns} FROM {live}.{table}) AS l FULL JOIN (SELECT {columns} FROM {said}.{table}) AS s ON {on}
WHERE l IS DISTINCT FROM s
"""
PAGE = 1000
WIDEST = 60


Field = tuple[str, tuple[Any, Any]]
"""A field's name, and its two values."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not what the facts say: `fields` by name, as it is live and as facts say."""

    table: str
    key: str
    what: str
    fields: Mapping[str, tuple[Any, Any]]

    def line(self) -> str:
        """For a person."""
        shown = ", ".join(
            f"{name} is {_short(live)}, facts say {_short(said)}"
            for name, (live, said) in self.fields.items()
        )
        return f"{self.table} {self.key}: {self.what}{': ' if shown else ''}{shown}"

    def as_object(self) -> dict[str, Any]:
        """For programs."""
        fields = {name: {"live": live, "facts": said} for name, (live, said) in self.fields.items()}
        return {"table": self.table, "key": self.key, "what": self.what, "fields": fields}


async def differences(connection: Connection, service: str, table: Table) -> AsyncIterator[Difference]:
    """Every row of a table that differs, is missing, or should not be there."""
    found = await columns(connection, service, table.name)
    compared = [name for name in found if name not in table.left_out]
    async for row in connection.cursor(_sql(service, table, compared), prefetch=PAGE):
        live, said = (row[side] and json.loads(row[side]) for side in ("live", "said"))
        yield difference(table, live, said)


async def count(connection: Connection, service: str, table: Table) -> int:
    """How many rows the live table has."""
    # Names of tables are this package's own.
    sql = f"SELECT count(*) FROM {identifier(service)}.{identifier(table.name)}"  # noqa: S608
    return int(await connection.fetchval(sql))


def _sql(service: str, table: Table, compared: list[str]) -> str:
    chosen = ", ".join(identifier(name) for name in compared)
    on = " AND ".join(f"l.{identifier(name)} = s.{identifier(name)}" for name in table.key)
    # Whole rows are compared, so that jsonb counts by value and a null as one.
    return SIDES.format(
        columns=chosen, live=identifier(service), said=identifier(name_of(service)), on=on,
        table=identifier(table.name),
    )  # fmt: skip


def difference(table: Table, live: dict[str, Any] | None, said: dict[str, Any] | None) -> Difference:
    """Two rows of one key, either of which may be missing. Pure."""
    there = live or said or {}
    key = ":".join(str(there[name]) for name in table.key)
    if live is None:
        return Difference(table.name, key, "facts tell of it, and there is no such row", {})
    if said is None:
        return Difference(table.name, key, "no fact tells of it", {})
    fields = dict(_fields(live, said))
    return Difference(table.name, key, "it differs", fields)


def _fields(
    live: dict[str, Any], said: dict[str, Any], prefix: str = ""
) -> list[tuple[str, tuple[Any, Any]]]:
    found = []
    for name in sorted(live.keys() | said.keys()):
        one, other = live.get(name), said.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            found += _fields(one, other, f"{prefix}{name}.")
        elif one != other:
            found.append((f"{prefix}{name}", (one, other)))
    return found


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
