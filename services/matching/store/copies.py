"""The copies of partnerships and vacancies."""

from __future__ import annotations

from collections.abc import Iterable

from jembatan.contracts.partners import PartnershipState
from jembatan.contracts.vacancies import VacancyState
from jembatan.engine import locks
from jembatan.engine.service import Connection
from services.matching.domain.world import World
from services.matching.store import rows

VACANCIES = "SELECT state FROM vacancy WHERE id = ANY($1) ORDER BY id"
VACANCIES_LOCKED = VACANCIES + " FOR UPDATE"
VACANCIES_OF = "SELECT state FROM vacancy WHERE partnership = ANY($1) ORDER BY id FOR UPDATE"
PARTNERSHIPS = "SELECT state FROM partnership WHERE id = ANY($1)"


async def load_vacancies(
    connection: Connection, world: World, read: Iterable[str], written: Iterable[str]
) -> None:
    """Vacancies by id; those that a fact writes are locked, of others only their being there counts."""
    if names := list(written):
        _add(world, await rows.states(connection, VacancyState, VACANCIES_LOCKED, names))
    if names := list(read):
        _add(world, await rows.states(connection, VacancyState, VACANCIES, names))


async def load_vacancies_of(connection: Connection, world: World, partnerships: Iterable[str]) -> None:
    """All vacancies of these partnerships, locked."""
    _add(world, await rows.states(connection, VacancyState, VACANCIES_OF, list(partnerships)))


def _add(world: World, vacancies: Iterable[VacancyState]) -> None:
    world.vacancies |= {vacancy.id: vacancy for vacancy in vacancies}


async def load_partnerships(
    connection: Connection, world: World, read: Iterable[str], written: Iterable[str] = ()
) -> None:
    """Partnerships by id: those read are shared with other readers, those written are held alone."""
    alone = set(written)
    names = {*read, *alone}
    if not names:
        return
    await locks.shared(connection, "partnership", names - alone)
    await locks.exclusive(connection, "partnership", alone)
    found = await rows.states(connection, PartnershipState, PARTNERSHIPS, list(names))
    world.partnerships |= {one.id: one for one in found}


async def save(connection: Connection, world: World) -> None:
    """Write the copies that changed."""
    vacancies = [world.vacancies[name] for name in sorted(world.changed.vacancies)]
    columns = {
        "id": ("text", [one.id for one in vacancies]),
        "partnership": ("text", [one.partnership for one in vacancies]),
        "state": rows.dumped(vacancies),
    }
    await rows.write(connection, "vacancy", columns)
    partnerships = [world.partnerships[name] for name in sorted(world.changed.partnerships)]
    ids = [one.id for one in partnerships]
    await rows.write(connection, "partnership", {"id": ("text", ids), "state": rows.dumped(partnerships)})
