"""`python -m benchmarks.ours.chain SERVICE`: a service with rules of one line, in the real host.

partners turns a published list into `safeguards.adopted`, vacancies that into `vacancy.pending`, matching
that into `candidate.registered`; each keeps a row a subject. Types are borrowed, as every topic has its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

import cli.service
import services
from jembatan.contracts import events  # noqa: F401  (declares them)
from jembatan.contracts.deciding import Decided, Draft, Input, Outcome
from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import FACTS
from jembatan.engine import locks
from jembatan.engine.host import ServiceApp, host
from jembatan.engine.service import Connection, Service
from jembatan.engine.settings import Settings

LINKS = {"partners": "safeguards.adopted", "vacancies": "vacancy.pending", "matching": "candidate.registered"}
READS: dict[str, dict[str, tuple[str, ...]]] = {
    "partners": {},
    "vacancies": {"partners": ("safeguards",)},
    "matching": {"vacancies": ("vacancy",)},
}
TABLE = "CREATE TABLE {}.linked (subject text PRIMARY KEY, state jsonb NOT NULL)"
LOAD = "SELECT subject FROM linked WHERE subject = ANY($1) ORDER BY subject FOR UPDATE"
SAVE = """
INSERT INTO linked (subject, state) SELECT * FROM unnest($1::text[], $2::jsonb[]) AS t (subject, state)
ORDER BY subject ON CONFLICT (subject) DO UPDATE SET state = EXCLUDED.state
"""


@dataclass
class World:
    """Who is there, and what is to be written."""

    there: set[str] = field(default_factory=set)
    states: dict[str, BaseModel] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """The rule: one fact of each subject."""

    made: Callable[[Input], Draft]

    def decide(self, world: World, item: Input) -> Outcome:
        return Decided() if item.subject in world.there else Decided((self.made(item),))

    def evolve(self, world: World, change: Draft | BaseModel, item: Input) -> None:
        if isinstance(change, Draft):
            data: Any = change.data
            world.there.add(item.subject)
            world.states[item.subject] = data.state


class LinkStore:
    """One row a subject."""

    async def load(self, connection: Connection, items: Sequence[Input]) -> World:
        subjects = sorted({item.subject for item in items})
        await locks.exclusive(connection, "linked", subjects)
        return World({row["subject"] for row in await connection.fetch(LOAD, subjects)})

    async def save(self, connection: Connection, world: World) -> None:
        subjects = sorted(world.states)
        await connection.execute(SAVE, subjects, [world.states[one].model_dump_json() for one in subjects])

    async def due(
        self, connection: Connection, lanes: Sequence[int], watermark: datetime, limit: int
    ) -> list[Input]:
        return []


def _maker(name: str) -> Callable[[Input], Draft]:
    event = FACTS[LINKS[name]]
    data: Any = event.model.model_validate(example_data(event))

    def made(item: Input) -> Draft:
        told = ("published_on", "countries") if name == "partners" else ()
        own = {"id": item.subject} | {one: getattr(item.data, one) for one in told}
        state = data.state.model_copy(update=own)
        return Draft(event.name, item.subject, data.model_copy(update={"state": state}))

    return made


def service(name: str) -> Service:
    """The service of one link."""
    migrations = Path(services.__path__[0]) / name / "migrations"
    return Service(name, Link(_maker(name)), LinkStore(), migrations, reads=READS[name])


def application(name: str, settings: Settings) -> ServiceApp:
    """Its app."""
    return host(service(name), settings)


if __name__ == "__main__":
    cli.service.application = application
    cli.service.run(sys.argv[1])
