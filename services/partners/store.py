"""Every SQL statement of partners: what a batch touches or rests on is locked and loaded, then saved.

All locks are advisory, in one order: the safeguards list, the keys of partnerships, the caps. An opening
holds the list shared, so that a newly published one sees every partnership that was opened before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jembatan.codes import isic
from jembatan.contracts.deciding import Input, InputKind
from jembatan.contracts.partners import CapState, PartnershipState, SafeguardsState, Scope, node_of
from jembatan.engine import locks
from jembatan.engine.lanes import lane_of
from jembatan.engine.service import Connection
from services.partners.domain import World

OPENED_IN_HEALTH = "SELECT key FROM partnership WHERE opened_in_health"

PARTNERSHIPS = """
SELECT state FROM partnership WHERE id = ANY($1)
UNION ALL
SELECT state FROM (
    SELECT DISTINCT ON (key) id, state FROM partnership WHERE key = ANY($2) ORDER BY key, number DESC
) AS latest WHERE id <> ALL($1)
"""

# A part that is null in either scope is any, so the two may meet there.
CAPS = """
SELECT state FROM cap
WHERE id = ANY($1) OR node = ANY($2) OR EXISTS (
    SELECT FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS s (a, b, c, d, e)
    WHERE (parts[1] IS NULL OR a IS NULL OR parts[1] = a)
      AND (parts[2] IS NULL OR b IS NULL OR parts[2] = b)
      AND (parts[3] IS NULL OR c IS NULL OR parts[3] = c)
      AND (parts[4] IS NULL OR d IS NULL OR parts[4] = d)
      AND (parts[5] IS NULL OR e IS NULL OR parts[5] = e)
)
"""

SAFEGUARDS = "SELECT state FROM safeguards ORDER BY published_on DESC, id DESC LIMIT 1"

# A partnership that ended goes before its successor with the same key.
SAVE_PARTNERSHIPS = """
INSERT INTO partnership (id, key, number, ended, opened_in_health, state, lane, deadline, deadline_at)
SELECT id, key, number, ended, health, state::jsonb, lane, deadline, deadline_at
FROM unnest(
    $1::text[], $2::text[], $3::int[], $4::bool[], $5::bool[], $6::text[], $7::int[], $8::text[],
    $9::timestamptz[]
) AS t (id, key, number, ended, health, state, lane, deadline, deadline_at)
ORDER BY key, number
ON CONFLICT (id) DO UPDATE SET ended = excluded.ended, opened_in_health = excluded.opened_in_health,
    state = excluded.state, deadline = excluded.deadline, deadline_at = excluded.deadline_at
"""

SAVE_CAP = """
INSERT INTO cap (id, node, parts, period, state, lane, deadline, deadline_at)
VALUES ($1, $2, $3, daterange($4, $5), $6::text::jsonb, $7, $8, $9)
ON CONFLICT (id) DO UPDATE SET period = excluded.period, state = excluded.state,
    deadline = excluded.deadline, deadline_at = excluded.deadline_at
"""

SAVE_SAFEGUARDS = """
INSERT INTO safeguards (id, published_on, state) VALUES ($1, $2, $3::text::jsonb)
ON CONFLICT (id) DO UPDATE SET published_on = excluded.published_on, state = excluded.state
"""

DUE = """
SELECT id, deadline, deadline_at FROM partnership WHERE deadline_at < $2 AND lane = ANY($1)
UNION ALL
SELECT id, deadline, deadline_at FROM cap WHERE deadline_at < $2 AND lane = ANY($1)
ORDER BY deadline_at, deadline, id LIMIT $3
"""


@dataclass(slots=True)
class Touched:
    """What a batch of inputs touches: partnerships and their keys, caps by id and by scope, the list."""

    ids: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    caps: set[str] = field(default_factory=set)
    scopes: set[tuple[str | None, ...]] = field(default_factory=set)
    opens: bool = False
    publishes: bool = False

    def partnership(self, subject: str) -> None:
        self.ids.add(subject)
        self.keys.add(subject.rpartition(":")[0])

    def cap(self, scope: Scope) -> None:
        self.scopes.add(scope.parts)
        if None not in scope.parts:
            self.partnership(scope.node)

    def add(self, item: Input) -> None:
        if item.type == "partnership.proposed":
            data = item.data
            self.keys.add(f"{data.origin}:{data.jurisdiction}:{data.sector}:{data.scheme}")
        elif item.type == "cap.set":
            self.cap(item.data.scope)
        elif item.kind is InputKind.DEADLINE and item.type.startswith("cap."):
            self.caps.add(item.subject)
            self.partnership(node_of(item.subject))
        elif item.type != "safeguards.published":
            self.partnership(item.subject)
        self.opens = self.opens or item.type == "opening.requested"
        self.publishes = self.publishes or item.type == "safeguards.published"


class PartnersStore:
    """The tables of partners; `partitions` is the installation's number of lanes."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions

    async def load(self, connection: Connection, items: Sequence[Input]) -> World:
        """Lock and load whatever the inputs touch or rest on."""
        touched = Touched()
        for item in items:
            touched.add(item)
        await self._lock(connection, touched)
        return await self._read(connection, touched)

    async def _lock(self, connection: Connection, touched: Touched) -> None:
        if touched.publishes:
            await locks.exclusive(connection, "partners.safeguards", ["list"])
            touched.keys |= {row["key"] for row in await connection.fetch(OPENED_IN_HEALTH)}
        elif touched.opens:
            await locks.shared(connection, "partners.safeguards", ["list"])
        await locks.exclusive(connection, "partners.partnership", touched.keys)
        if touched.scopes or touched.caps:
            await locks.exclusive(connection, "partners.cap", ["tree"])

    async def _read(self, connection: Connection, touched: Touched) -> World:
        world = World()
        for row in await connection.fetch(PARTNERSHIPS, list(touched.ids), list(touched.keys)):
            world.add(PartnershipState.model_validate_json(row["state"]))
        columns = list(zip(*touched.scopes, strict=True)) or [()] * 5
        for row in await connection.fetch(CAPS, list(touched.caps), list(touched.ids), *map(list, columns)):
            cap = CapState.model_validate_json(row["state"])
            world.caps[cap.id] = cap
        listed = await connection.fetchval(SAFEGUARDS)
        world.safeguards = None if listed is None else SafeguardsState.model_validate_json(listed)
        return world

    async def save(self, connection: Connection, world: World) -> None:
        """Write what `evolve` touched."""
        await self._save_partnerships(connection, world)
        await self._save_caps(connection, world)
        if world.adopted and world.safeguards is not None:
            state = world.safeguards
            await connection.execute(SAVE_SAFEGUARDS, state.id, state.published_on, state.model_dump_json())

    async def _save_partnerships(self, connection: Connection, world: World) -> None:
        states = [world.partnerships[id_] for id_ in sorted(world.touched_partnerships)]
        deadlines = [world.deadlines[state.id] for state in states]
        if not states:
            return
        await connection.execute(
            SAVE_PARTNERSHIPS,
            [state.id for state in states],
            [state.key for state in states],
            [state.number for state in states],
            [state.phase.ended for state in states],
            [state.phase.opened and isic.is_health(state.sector) for state in states],
            [state.model_dump_json() for state in states],
            [lane_of(state.id, self._partitions) for state in states],
            [one and one.name for one in deadlines],
            [one and one.at for one in deadlines],
        )

    async def _save_caps(self, connection: Connection, world: World) -> None:
        rows = [
            (
                cap.id,
                cap.node,
                list(cap.scope.parts),
                cap.period_start,
                cap.period_end,
                cap.model_dump_json(),
                lane_of(cap.id, self._partitions),
                *(world.cap_deadlines[cap.id] or (None, None)),
            )
            for cap in (world.caps[id_] for id_ in sorted(world.touched_caps))
        ]
        if rows:
            await connection.executemany(SAVE_CAP, rows)

    async def due(
        self, connection: Connection, lanes: Sequence[int], watermark: datetime, limit: int
    ) -> list[Input]:
        """Deadlines before the watermark in these lanes, the earliest first; read without locks."""
        rows = await connection.fetch(DUE, list(lanes), watermark, limit)
        return [
            Input(InputKind.DEADLINE, row["deadline"], row["id"], None, row["deadline_at"]) for row in rows
        ]
