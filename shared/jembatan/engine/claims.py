"""Which reports and facts have been taken before. Claimed before any state is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from jembatan.engine.service import Connection

Key = tuple[str, str]
"""A report's source and id."""
Subject = tuple[str, str, str]
"""A topic, a noun and a subject."""

CLAIM = """
INSERT INTO seen (source, id, fingerprint, at)
SELECT source, id, fingerprint, at
FROM unnest($1::text[], $2::text[], $3::bytea[], $4::timestamptz[]) AS t (source, id, fingerprint, at)
ORDER BY source, id ON CONFLICT DO NOTHING RETURNING source, id
"""
KNOWN = """
SELECT source, id, fingerprint FROM seen
WHERE (source, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
"""
RELEASE = "DELETE FROM seen WHERE source = $1 AND id = $2"
# Without the order a plan for any `before` takes the limit for a reason to read the table (decision 0017).
PRUNE = """
DELETE FROM seen WHERE (source, id) IN (SELECT source, id FROM seen WHERE at < $1 ORDER BY at LIMIT $2)
"""
HEARD = """
SELECT topic, noun, subject, sequence FROM heard
WHERE (topic, noun, subject) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))
"""
HEAR = """
INSERT INTO heard (topic, noun, subject, sequence)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS t (topic, noun, subject, sequence)
ORDER BY topic, noun, subject
ON CONFLICT (topic, noun, subject) DO UPDATE SET sequence = EXCLUDED.sequence
"""


async def claim(connection: Connection, wanted: Mapping[Key, tuple[bytes, datetime]]) -> dict[Key, bytes]:
    """Claim these ids; gives the fingerprints of those that were known before."""
    if not wanted:
        return {}
    keys = sorted(wanted)
    rows = await connection.fetch(
        CLAIM,
        [source for source, _ in keys],
        [identity for _, identity in keys],
        [wanted[key][0] for key in keys],
        [wanted[key][1] for key in keys],
    )
    lost = set(keys) - {(row["source"], row["id"]) for row in rows}
    return await _known(connection, lost) if lost else {}


async def _known(connection: Connection, keys: Iterable[Key]) -> dict[Key, bytes]:
    pairs = list(keys)
    rows = await connection.fetch(KNOWN, [source for source, _ in pairs], [identity for _, identity in pairs])
    return {(row["source"], row["id"]): row["fingerprint"] for row in rows}


async def release(connection: Connection, key: Key) -> None:
    """Leave an id open again: its report failed by our own fault."""
    await connection.execute(RELEASE, *key)


async def heard(connection: Connection, subjects: Iterable[Subject]) -> dict[Subject, int]:
    """The last sequences read of these subjects of other services."""
    wanted = sorted(set(subjects))
    if not wanted:
        return {}
    rows = await connection.fetch(HEARD, *(list(column) for column in zip(*wanted, strict=True)))
    return {(row["topic"], row["noun"], row["subject"]): row["sequence"] for row in rows}


async def hear(connection: Connection, sequences: Mapping[Subject, int]) -> None:
    """Remember the sequences read now."""
    if sequences:
        keys = sorted(sequences)
        columns = [list(column) for column in zip(*keys, strict=True)]
        await connection.execute(HEAR, *columns, [sequences[key] for key in keys])


async def prune(connection: Connection, before: datetime, most: int) -> int:
    """Forget up to `most` ids of before then, the oldest first; gives how many there were."""
    done = await connection.execute(PRUNE, before, most)
    return int(done.rpartition(" ")[2])
