"""Advisory locks of a transaction, by class and name, in one order.

They queue fairly, so a suspension is not starved by many holders of a shared lock, and they also lock a
subject that does not exist yet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from jembatan.engine.service import Connection


def key(kind: str, name: str) -> int:
    """A signed 64-bit key for `pg_advisory_xact_lock`; a clash only makes two names queue together."""
    digest = hashlib.blake2b(f"{kind}\x00{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


async def exclusive(connection: Connection, kind: str, names: Iterable[str]) -> None:
    """Hold these names alone until the transaction ends."""
    await _take(connection, "pg_advisory_xact_lock", kind, names)


async def exclusive_new(connection: Connection, kind: str, names: Iterable[str], table: str) -> None:
    """As `exclusive`, for those of these names that no row of `table` has as its `id`."""
    wanted = sorted(set(names))
    await connection.execute(
        f"SELECT pg_advisory_xact_lock(k) FROM (SELECT k FROM unnest($1::bigint[], $2::text[]) AS t (k, name)"  # noqa: S608
        f" WHERE NOT EXISTS (SELECT FROM {table} WHERE {table}.id = t.name) ORDER BY k) AS keys",
        [key(kind, name) for name in wanted],
        wanted,
    )


async def shared(connection: Connection, kind: str, names: Iterable[str]) -> None:
    """Hold these names together with other shared holders until the transaction ends."""
    await _take(connection, "pg_advisory_xact_lock_shared", kind, names)


async def _take(connection: Connection, function: str, kind: str, names: Iterable[str]) -> None:
    keys = sorted({key(kind, name) for name in names})
    if keys:
        # The ordered sub-select is what makes two transactions ask in the same order.
        await connection.execute(
            f"SELECT {function}(k) FROM (SELECT unnest($1::bigint[]) AS k ORDER BY 1) AS keys",  # noqa: S608
            keys,
        )
