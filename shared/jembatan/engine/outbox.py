"""Numbering facts and putting them at their places, last of all in a transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from jembatan.engine.failpoints import reach
from jembatan.engine.lane import Row
from jembatan.engine.service import Connection

Subject = tuple[str, str, str]
"""An output topic, a noun and a subject."""

NUMBER = """
INSERT INTO numbered AS n (topic, noun, subject, sequence)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS t (topic, noun, subject, sequence)
ORDER BY topic, noun, subject
ON CONFLICT (topic, noun, subject) DO UPDATE SET sequence = n.sequence + EXCLUDED.sequence
RETURNING topic, noun, subject, sequence
"""
MAKE = """
INSERT INTO lane_head (topic, partition)
SELECT * FROM unnest($1::text[], $2::int[]) AS t (topic, partition)
WHERE NOT EXISTS (
    SELECT FROM lane_head AS h WHERE h.topic = t.topic AND h.partition = t.partition
)
ORDER BY topic, partition ON CONFLICT DO NOTHING
"""
LOCK = """
SELECT topic, partition, head FROM lane_head
WHERE (topic, partition) IN (SELECT * FROM unnest($1::text[], $2::int[]))
ORDER BY topic, partition FOR UPDATE
"""
APPEND = """
INSERT INTO outbox (topic, partition, place, id, key, value, at)
SELECT * FROM unnest(
    $1::text[], $2::int[], $3::bigint[], $4::uuid[], $5::bytea[], $6::bytea[], $7::timestamptz[]
)
"""
RAISE = """
UPDATE lane_head AS l SET head = t.head
FROM unnest($8::text[], $9::int[], $10::bigint[]) AS t (topic, partition, head)
WHERE l.topic = t.topic AND l.partition = t.partition
"""
PLACE = f"WITH raised AS ({RAISE}) {APPEND}"


class Numbered(NamedTuple):
    """A fact or refusal that only lacks its place. `encode` takes its sequence and gives key and value.

    `noun` is empty for a refusal.
    """

    topic: str
    partition: int
    noun: str
    subject: str
    id: UUID
    at: datetime
    encode: Callable[[int], tuple[bytes, bytes]]


Placed = Mapping[tuple[str, int], Sequence[Row]]
"""Facts at their places, by output topic and partition."""


class TooLarge(Exception):
    """A fact that cannot be sent; the report that led to it is refused."""


async def make_lanes(connection: Connection, topics: Sequence[str], partitions: int) -> None:
    """A row for each lane of each output; those that are there are not touched, nor waited for."""
    pairs = sorted((topic, partition) for topic in topics for partition in range(partitions))
    await connection.execute(MAKE, [topic for topic, _ in pairs], [partition for _, partition in pairs])


async def number(connection: Connection, drafts: Iterable[Numbered]) -> list[int]:
    """The sequence of each fact, from 1 for each topic, noun and subject, in the order given.

    Refusals have none, and leave no row: whoever is refused may name any number of subjects.
    """
    keys: list[Subject] = [(draft.topic, draft.noun, draft.subject) for draft in drafts]
    counts = Counter(key for key in keys if key[1])
    wanted = sorted(counts)
    if not wanted:
        return [0] * len(keys)
    columns = [list(column) for column in zip(*wanted, strict=True)]
    rows = await connection.fetch(NUMBER, *columns, [counts[key] for key in wanted])
    last = {(row["topic"], row["noun"], row["subject"]): row["sequence"] for row in rows}
    following = {key: last[key] - counts[key] for key in wanted}
    return [_next(following, key) if key[1] else 0 for key in keys]


def _next(following: dict[Subject, int], key: Subject) -> int:
    following[key] += 1
    return following[key]


async def append(connection: Connection, drafts: Sequence[Numbered], largest: int) -> Placed:
    """Number, encode and place the facts under their lanes' locks; gives them by output partition."""
    if not drafts:
        return {}
    sequences = await number(connection, drafts)
    encoded = [draft.encode(sequence) for draft, sequence in zip(drafts, sequences, strict=True)]
    _check_sizes(drafts, encoded, largest)
    heads = await _lock(connection, sorted({(draft.topic, draft.partition) for draft in drafts}))
    reach("locked")
    columns = _columns(drafts, encoded, heads)
    lanes = [[topic for topic, _ in heads], [partition for _, partition in heads], list(heads.values())]
    await connection.execute(PLACE, *columns, *lanes)
    reach("placed")
    return _placed(columns)


def _check_sizes(drafts: Sequence[Numbered], encoded: Sequence[tuple[bytes, bytes]], largest: int) -> None:
    for draft, (key, value) in zip(drafts, encoded, strict=True):
        if len(key) + len(value) > largest:
            raise TooLarge(f"{draft.noun} {draft.subject}: {len(value)} bytes, at most {largest}")


async def _lock(connection: Connection, pairs: Sequence[tuple[str, int]]) -> dict[tuple[str, int], int]:
    rows = await connection.fetch(LOCK, [topic for topic, _ in pairs], [partition for _, partition in pairs])
    return {(row["topic"], row["partition"]): row["head"] for row in rows}


def _columns(
    drafts: Sequence[Numbered],
    encoded: Sequence[tuple[bytes, bytes]],
    heads: dict[tuple[str, int], int],
) -> list[list[object]]:
    """The rows of the outbox by column; `heads` are raised to the last places given."""
    rows: list[tuple[object, ...]] = []
    for draft, (key, value) in zip(drafts, encoded, strict=True):
        lane = draft.topic, draft.partition
        heads[lane] += 1
        rows.append((draft.topic, draft.partition, heads[lane], draft.id, key, value, draft.at))
    return [list(column) for column in zip(*rows, strict=True)]


def _placed(columns: Sequence[Sequence[Any]]) -> Placed:
    placed: defaultdict[tuple[str, int], list[Row]] = defaultdict(list)
    for topic, partition, place, _, key, value, at in zip(*columns, strict=True):
        placed[topic, partition].append(Row(place, key, value, at))
    return placed
