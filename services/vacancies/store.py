"""Every SQL statement of vacancies: what a batch touches or rests on is locked and loaded, then saved.

Locks in one order: partnerships (advisory; shared to rest on one, exclusive to change it), the ids of orders
that are submitted (advisory), rows of vacancies. A vacancy never changes its partnership, so that is read
before any lock. Whoever submits holds the partnership shared, so a change of its phase finds every order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jembatan.contracts.deciding import Input, InputKind
from jembatan.contracts.matching.placements import PlacementFact
from jembatan.contracts.partners import PartnershipState
from jembatan.contracts.vacancies import VacancyState
from jembatan.engine import locks
from jembatan.engine.lanes import lane_of
from jembatan.engine.service import Connection
from services.vacancies.domain import World
from services.vacancies.domain.standing import CLOSES

PARTNERSHIPS_OF = "SELECT DISTINCT partnership FROM vacancy WHERE id = ANY($1)"

VACANCIES = """
SELECT partnership, state FROM vacancy WHERE id = ANY($1) OR (live AND partnership = ANY($2))
ORDER BY id FOR UPDATE
"""

PARTNERSHIPS = "SELECT state FROM partnership WHERE id = ANY($1)"

SAVE_VACANCIES = """
INSERT INTO vacancy (id, partnership, live, closes_on, state, lane)
SELECT id, partnership, live, closes_on, state::jsonb, lane
FROM unnest($1::text[], $2::text[], $3::bool[], $4::timestamptz[], $5::text[], $6::int[])
    AS t (id, partnership, live, closes_on, state, lane)
ON CONFLICT (id) DO UPDATE
SET live = excluded.live, closes_on = excluded.closes_on, state = excluded.state
"""

SAVE_PARTNERSHIPS = """
INSERT INTO partnership (id, state)
SELECT id, state::jsonb FROM unnest($1::text[], $2::text[]) AS t (id, state)
ON CONFLICT (id) DO UPDATE SET state = excluded.state
"""

DUE = """
SELECT id, closes_on FROM vacancy WHERE live AND closes_on < $2 AND lane = ANY($1)
ORDER BY closes_on, id LIMIT $3
"""


@dataclass(slots=True)
class Touched:
    """What a batch of inputs touches: vacancies, of those the new ones, and partnerships.

    `heard` are partnerships that have a fact, `moving` those of them whose phase changes.
    """

    ids: set[str] = field(default_factory=set)
    submitted: set[str] = field(default_factory=set)
    partnerships: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)
    moving: set[str] = field(default_factory=set)

    def add(self, item: Input) -> None:
        if isinstance(item.data, PlacementFact):
            self.ids.add(item.data.state.vacancy)
            return
        if item.kind is InputKind.FACT:
            self.heard.add(item.data.state.id)
            if "phase" in item.data.changed:
                self.moving.add(item.data.state.id)
            return
        self.ids.add(item.subject)
        if item.type == "job_order.submitted":
            self.submitted.add(item.subject)
            self.partnerships.add(item.data.partnership)


class VacanciesStore:
    """The tables of vacancies; `partitions` is the installation's number of lanes."""

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
        known = await connection.fetch(PARTNERSHIPS_OF, list(touched.ids))
        touched.partnerships |= {row["partnership"] for row in known} | touched.heard
        # One pass in one order: shared and exclusive locks taken one after the other could wait in a ring.
        take = locks.exclusive if touched.heard else locks.shared
        await take(connection, "vacancies.partnership", touched.partnerships)
        await locks.exclusive(connection, "vacancies.vacancy", touched.submitted)

    async def _read(self, connection: Connection, touched: Touched) -> World:
        world = World()
        for row in await connection.fetch(VACANCIES, list(touched.ids), list(touched.moving)):
            world.add(VacancyState.model_validate_json(row["state"]))
        # Rows that another transaction put there between the first look and the locks.
        late = set(world.under) - touched.partnerships
        await locks.shared(connection, "vacancies.partnership", late)
        for row in await connection.fetch(PARTNERSHIPS, list(touched.partnerships | late)):
            state = PartnershipState.model_validate_json(row["state"])
            world.partnerships[state.id] = state
        return world

    async def save(self, connection: Connection, world: World) -> None:
        """Write what `evolve` touched."""
        states = [world.vacancies[one] for one in sorted(world.touched_vacancies)]
        if states:
            await connection.execute(
                SAVE_VACANCIES,
                [state.id for state in states],
                [state.partnership for state in states],
                [state.phase.live for state in states],
                [state.closes_on for state in states],
                [state.model_dump_json() for state in states],
                [lane_of(state.id, self._partitions) for state in states],
            )
        copies = [world.partnerships[one] for one in sorted(world.touched_partnerships)]
        if copies:
            ids, texts = [copy.id for copy in copies], [copy.model_dump_json() for copy in copies]
            await connection.execute(SAVE_PARTNERSHIPS, ids, texts)

    async def due(
        self, connection: Connection, lanes: Sequence[int], watermark: datetime, limit: int
    ) -> list[Input]:
        """Live vacancies whose `closes_on` the watermark has passed, earliest first; read without locks."""
        rows = await connection.fetch(DUE, list(lanes), watermark, limit)
        return [Input(InputKind.DEADLINE, CLOSES, row["id"], None, row["closes_on"]) for row in rows]
