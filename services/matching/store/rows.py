"""Reading and writing states by id, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel
from pydantic_core import to_json

from jembatan.engine.service import Connection

M = TypeVar("M", bound=BaseModel)


async def states(connection: Connection, model: type[M], sql: str, *arguments: object) -> list[M]:
    """The column `state` of every row of a query."""
    rows = await connection.fetch(sql, *arguments)
    return [model.model_validate_json(row["state"]) for row in rows]


Columns = Mapping[str, tuple[str, Sequence[object]]]
"""A column's SQL type and values, by its name."""


async def write(connection: Connection, table: str, columns: Columns) -> None:
    """Insert or replace rows, known by the first column."""
    names = list(columns)
    if not columns[names[0]][1]:
        return
    arrays = ", ".join(f"${place}::{kind}[]" for place, (kind, _) in enumerate(columns.values(), 1))
    kept = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    # Table and columns are constants of this package. Sorted, so that two writers never wait for each other.
    sql = (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT * FROM unnest({arrays}) AS t ORDER BY 1 "  # noqa: S608
        f"ON CONFLICT ({names[0]}) DO UPDATE SET {kept}"
    )
    await connection.execute(sql, *(list(values) for _, values in columns.values()))


def dumped(models: Iterable[BaseModel]) -> tuple[str, list[str]]:
    """A jsonb column of models."""
    return "jsonb", [to_json(model).decode() for model in models]
