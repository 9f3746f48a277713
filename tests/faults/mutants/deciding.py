"""Mutants of deciding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from jembatan.engine import claims, outbox, positions
from jembatan.engine.hub import Hub
from jembatan.engine.outbox import Numbered, Placed
from jembatan.engine.service import Connection

COUNT = """
UPDATE lane_head SET head = head + $3 WHERE topic = $1 AND partition = $2 RETURNING head - $3
"""


def replace(owner: object, **by: object) -> None:
    """Put something else in the place of a part of the engine."""
    for name, what in by.items():
        assert hasattr(owner, name), f"{owner} has no {name} any more"
        setattr(owner, name, what)


def changed(owner: Any, name: str, part: str, by: str) -> None:  # noqa: ANN401
    """Put something else in the place of a part of a statement."""
    sql = getattr(owner, name)
    assert part in sql, f"{name} says no more {part}"
    setattr(owner, name, sql.replace(part, by))


def position_without_compare() -> None:
    changed(positions, "MOVE", "AND next_offset = $3", "AND $3::bigint IS NOT NULL")


def no_seen_ids() -> None:
    async def none_known(_: Connection, __: Mapping[claims.Key, Any]) -> dict[claims.Key, bytes]:
        return {}

    replace(claims, claim=none_known)


def places_without_the_lock() -> None:
    """Places come from a counter, as of a sequence: what is rolled back leaves its places empty."""
    hubs = remember_hub()

    async def append(connection: Connection, drafts: Sequence[Numbered], _: int) -> Placed:
        if not drafts:
            return {}
        sequences = await outbox.number(connection, drafts)
        encoded = [draft.encode(sequence) for draft, sequence in zip(drafts, sequences, strict=True)]
        counts = Counter((draft.topic, draft.partition) for draft in drafts)
        async with hubs[0].pool.acquire() as apart:
            heads = {lane: await apart.fetchval(COUNT, *lane, n) for lane, n in sorted(counts.items())}
        await connection.execute(outbox.APPEND, *outbox._columns(drafts, encoded, heads))
        return dict.fromkeys(counts, ())

    replace(outbox, append=append)


def watermark_ignored() -> None:
    async def now(_: Hub) -> datetime:
        return datetime.now(UTC)

    replace(Hub, watermark=now)


def remember_hub() -> list[Hub]:
    hubs: list[Hub] = []
    make = Hub.__init__

    def remembering(self: Hub, *arguments: Any, **more: Any) -> None:  # noqa: ANN401
        make(self, *arguments, **more)
        hubs.append(self)

    replace(Hub, __init__=remembering)
    return hubs
