"""Candidates in the roster, vacancies, a partnership and its cap, written straight into the service's tables.

They stand for what reports and other services' facts would have brought; only the round itself is measured.
The evidence is drawn as the example's is, and judged by the same programme.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

import asyncpg

from cli.demo.evidence import WITHOUT, evidence_of
from cli.demo.files import CandidatesFile
from jembatan.contracts.matching.candidates import CandidateState, Evidence
from jembatan.contracts.partners import CapState, PartnershipState, Scope, cap_id
from jembatan.contracts.vacancies import VacancyState
from services.matching.domain.world import CandidateRow, World
from services.matching.store import candidates, caps, copies

NB = "ID:CA-NB:ISIC4-Q:G2G:1"
PROGRAMME = "id-ca-nb-health-g2g/1"
EXAMPLE = Path(__file__).resolve().parents[2] / "examples/new-brunswick/candidates.toml"
LONGEST_LIST = 5
PAGE = 5_000
AGO = timedelta(days=30)


async def seed(dsn: str, people: int, vacancies: int, partitions: int, prefix: str = "test-c") -> None:
    """Seats for 80 % of the candidates by openings, and for 60 % of the last seeded under the cap."""
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "matching"})
    try:
        await _market(connection, people, vacancies)
        rows = _people(people, vacancies, prefix)
        while page := list(islice(rows, PAGE)):
            async with connection.transaction():
                await candidates.save(connection, page, partitions)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def _market(connection: asyncpg.Connection[asyncpg.Record], people: int, vacancies: int) -> None:
    world = World()
    world.put_partnership(_partnership())
    world.put_cap(_cap(people * 6 // 10))
    for number in range(vacancies):
        world.put_vacancy(_vacancy(number, max(1, people * 8 // 10 // vacancies)))
    async with connection.transaction():
        await copies.save(connection, world)
        await caps.save(connection, world)


def _people(number: int, vacancies: int, prefix: str) -> Iterator[CandidateRow]:
    file = _file()
    draw = Random(number)
    (group,) = [one for one in file.group if one.isco08 == "5321"]
    since = datetime.now(UTC) - AGO
    roster = {"programme": PROGRAMME, "starts_at": since, "ends_at": since + timedelta(days=365)}
    for place in range(number):
        shown = evidence_of(file, group, draw)
        if draw.randrange(10) == 0:
            WITHOUT[draw.choice(file.lacking.things)](shown, file)
        wished = draw.sample(range(vacancies), draw.randint(1, min(LONGEST_LIST, vacancies)))
        state = CandidateState.model_validate(
            {
                "id": f"{prefix}{place:07}", "origin": "ID", "phase": "rostered", "roster": roster,
                "preferences": [_name(one) for one in wished], "confirmed_at": since,
            }
        )  # fmt: skip
        yield CandidateRow(state, Evidence.model_validate(shown))


def _file() -> CandidatesFile:
    """The example's file, its days moved to now."""
    file = CandidatesFile.model_validate(tomllib.loads(EXAMPLE.read_text("utf-8")))
    now = datetime.now(UTC) - AGO
    tested = {"tested_from": date.today() - timedelta(days=300), "tested_until": date.today() - AGO}
    return file.model_copy(update={"registered": now, **tested})


def _name(number: int) -> str:
    return f"bench-v{number:05}"


def _partnership() -> PartnershipState:
    return PartnershipState.model_validate(
        {
            "id": NB, "origin": "ID", "jurisdiction": "CA-NB", "sector": "ISIC4-Q", "scheme": "G2G",
            "number": 1, "phase": "open", "origin_agency": "A", "host_agency": "B", "occupations": ["5321"],
        }
    )  # fmt: skip


def _cap(most: int) -> CapState:
    scope = Scope(origin="ID", jurisdiction="CA-NB", sector="ISIC4-Q", scheme="G2G", number=1)
    return CapState(
        id=cap_id(scope.node, None), scope=scope, node=scope.node, period_start=None, period_end=None,
        max=most, in_force=True,
    )  # fmt: skip


def _vacancy(number: int, openings: int) -> VacancyState:
    return VacancyState.model_validate(
        {
            "id": _name(number), "partnership": NB, "employer": "bench", "title": "Nurse aide",
            "isco08": "5321", "noc2021": "33102", "teer": 3, "place": "CA-NB", "openings": openings,
            "wage": {"min": 2000, "max": 2400, "currency": "CAD", "unit": "HOUR"}, "hours_week": "37.5",
            "contract": {"permanent": True}, "closes_on": datetime.now(UTC) + timedelta(days=90),
            "phase": "posted",
        }
    )  # fmt: skip
