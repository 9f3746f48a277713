"""The tables of partners on a real PostgreSQL: a batch's world is whole, and nobody overtakes."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from jembatan.contracts.deciding import Input, InputKind
from jembatan.contracts.partners import PartnershipState
from jembatan.contracts.registry import REPORTS
from jembatan.engine.lanes import lane_of
from services.partners.domain import PartnersDomain
from services.partners.store import PartnersStore
from tests.integration.store_driver import Bench, bench, one_waits_for_the_other, server
from tests.unit.partners.made import (
    ANYONE,
    CAP,
    KEY,
    LIST,
    MOU,
    NB,
    ORDER,
    PROPOSED,
    SCHEMES,
    START,
    Desk,
    day,
)

LANES = 4
ALL = range(LANES)
G2P = "ID:CA-NB:ISIC4-Q:G2P"
LISTED = LIST | {"published_on": "2024-01-01", "countries": ["ID"]}


@pytest.fixture(scope="module")
def dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(tmp_path_factory.mktemp("partners")) as url:
        yield url


@pytest.fixture
async def partners(dsn: str) -> AsyncIterator[Bench]:
    async with bench(dsn, "partners", PartnersDomain(SCHEMES), PartnersStore(LANES)) as made:
        yield made


def report(name: str, data: dict[str, Any], subject: str = NB, at: datetime = START) -> Input:
    model = REPORTS[name].model.model_validate(data)
    return Input(InputKind.REPORT, name, subject, model, at, ANYONE.source, "1", ANYONE)


def proposed(scheme: str = "G2G", **more: Any) -> Input:  # noqa: ANN401
    data = PROPOSED | {"scheme": scheme} | more
    return report("partnership.proposed", data, f"ID:CA-NB:ISIC4-Q:{scheme}")


def readied(scheme: str, **period: str) -> list[Input]:
    """All that a health partnership needs before its opening; `period` is of its cap."""
    node = f"ID:CA-NB:ISIC4-Q:{scheme}:1"
    return [
        proposed(scheme),
        report("instrument.signed", MOU, node),
        report("cap.set", {"scope": CAP["scope"] | {"scheme": scheme}, "max": 5, **period}, node),
        report("safeguards.published", LIST, "WHO-SSL:2023"),
    ]


async def due(partners: Bench, watermark: datetime, limit: int = 100, lanes: Any = ALL) -> list[Input]:  # noqa: ANN401
    async with partners.transaction() as connection:
        return await partners.store.due(connection, lanes, watermark, limit)


WEIGHTS = {
    "partnership.proposed": 3,
    "partnership.amended": 2,
    "instrument.signed": 5,
    "opening.requested": 5,
    "cap.set": 6,
    "suspension.ordered": 2,
    "suspension.lifted": 2,
    "closure.ordered": 1,
    "safeguards.published": 2,
}
EXPECTED = {
    "partnership.opened",
    "partnership.suspended",
    "partnership.resumed",
    "partnership.closed",
    "CAPS_NOT_LAMINAR",
    "CAP_PERIODS_OVERLAP",
    "ALREADY_REGISTERED",
}


@dataclass
class Script:
    """Seeded reports on three schemes, their caps and lists, as a day goes after the other."""

    dice: random.Random

    def date(self) -> str:
        return (START + timedelta(days=self.dice.randint(-20, 60))).date().isoformat()

    def maybe(self) -> str | None:
        return self.dice.choice((None, self.date()))

    def next(self, desk: Desk) -> Input:
        """A report, most often on the latest partnership of its key."""
        key = f"ID:CA-NB:ISIC4-Q:{self.dice.choice(('G2G', 'G2P', 'P2P'))}"
        latest = desk.world.latest.get(key, f"{key}:1")
        node = latest if self.dice.random() < 0.9 else f"{key}:{self.dice.randint(1, 3)}"
        name = self.dice.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))[0]
        data, subject = self._data(name, key.rpartition(":")[2], node)
        return report(name, data, subject, desk.at)

    def _data(self, name: str, scheme: str, node: str) -> tuple[dict[str, Any], str]:
        if name == "cap.set":
            return self._cap(node)
        if name == "safeguards.published":
            year = self.dice.randint(2020, 2024)
            countries = self.dice.choice((["BD"], ["BD", "ID"]))
            return {"published_on": f"{year}-01-01", "countries": countries}, f"WHO-SSL:{year}"
        if name == "partnership.proposed":
            return PROPOSED | {"scheme": scheme, "lapses_on": self.maybe()}, node.rpartition(":")[0]
        choices: dict[str, dict[str, Any]] = {
            "partnership.amended": {"origin_agency": self.dice.choice("ABC")},
            "instrument.signed": MOU | {"effective_on": self.date(), "expires_on": self.maybe()},
            "suspension.ordered": ORDER | {"reason": self.dice.choice("AB")},
            "closure.ordered": {"reason": "END"},
        }
        return choices.get(name, {}), node

    def _cap(self, node: str) -> tuple[dict[str, Any], str]:
        parts = node.split(":")[: self.dice.choice((1, 2, 3, 4, 5, 5, 5))]
        names = ("origin", "jurisdiction", "sector", "scheme", "number")
        scope: dict[str, Any] = dict(zip(names, parts, strict=False))
        if "number" in scope:
            scope["number"] = int(scope["number"])
        elif self.dice.random() < 0.2:
            scope, parts = {"scheme": parts[-1] if len(parts) == 4 else "G2G"}, ["any", "any", "any", "G2G"]
            parts[3] = scope["scheme"]
        start = START + timedelta(days=self.dice.randint(-5, 60))
        end = start + timedelta(days=self.dice.randint(0, 20))
        period = {"period_start": start.date().isoformat(), "period_end": end.date().isoformat()}
        return {"scope": scope, "max": self.dice.randint(0, 9), **period}, ":".join(parts)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_batches_decide_as_one_world_in_memory_does(partners: Bench, seed: int) -> None:
    """The store loads whatever a decision rests on: else a batch would be decided differently."""
    desk, script, answers = Desk(), Script(random.Random(seed)), set[str]()
    begin = [item for scheme in ("G2G", "G2P") for item in readied(scheme, period_end="2025-01-20")]
    assert await partners.play(*begin) == [_at_the_desk(desk, item) for item in begin]
    while desk.at < day(60):
        items = [script.next(desk) for _ in range(script.dice.randint(1, 12))]
        expected = [_at_the_desk(desk, item) for item in items]
        assert await partners.play(*items) == expected
        answers |= {name for names in expected for name in names}
        desk.at += timedelta(days=script.dice.randint(0, 2))
        await _deadlines(partners, desk)
    states = [
        PartnershipState.model_validate_json(text)
        for text in await partners.rows("SELECT state FROM partnership")
    ]
    assert {state.id: state for state in states} == desk.world.partnerships
    assert answers >= EXPECTED, EXPECTED - answers


def _at_the_desk(desk: Desk, item: Input) -> list[str]:
    desk._play(item)
    outcome: Any = desk.outcome
    return (
        [one.code for one in outcome.reasons]
        if hasattr(outcome, "reasons")
        else [f.type for f in outcome.facts]
    )


async def _deadlines(partners: Bench, desk: Desk) -> None:
    for _ in range(200):
        items = await due(partners, desk.at, limit=3)
        known = desk.due()
        assert (known is not None and known[0] < desk.at) == bool(items)
        if not items:
            return
        assert await partners.play(*items) == [_at_the_desk(desk, item) for item in items]
    raise AssertionError("deadlines come again and again")


async def test_two_proposals_at_once_are_one_partnership(partners: Bench) -> None:
    first, second = await one_waits_for_the_other(partners, [proposed()], [proposed()])
    assert (first, second) == ([["partnership.registered"]], [["ALREADY_REGISTERED"]])


async def test_a_new_list_finds_what_was_opened_while_it_waited(partners: Bench) -> None:
    await partners.play(*readied("G2P"))
    first, second = await one_waits_for_the_other(
        partners,
        [report("opening.requested", {}, f"{G2P}:1")],
        [report("safeguards.published", LISTED, "WHO-SSL:2024")],
    )
    assert first == [["partnership.opened"]]
    assert second == [["safeguards.adopted", "partnership.suspended"]]


async def test_an_opening_waits_for_a_new_list(partners: Bench) -> None:
    await partners.play(*readied("G2P"))
    first, second = await one_waits_for_the_other(
        partners,
        [report("safeguards.published", LISTED, "WHO-SSL:2024")],
        [report("opening.requested", {}, f"{G2P}:1")],
    )
    assert (first, second) == ([["safeguards.adopted"]], [["SAFEGUARDS_LISTED"]])


async def test_two_caps_at_once_do_not_cross(partners: Bench) -> None:
    first, second = await one_waits_for_the_other(
        partners,
        [report("cap.set", {"scope": {"origin": "ID", "jurisdiction": "CA-NB"}, "max": 1}, "ID:CA-NB")],
        [report("cap.set", {"scope": {"sector": "ISIC4-Q"}, "max": 1}, "any:any:ISIC4-Q")],
    )
    assert (first, second) == ([["cap.changed"]], [["CAPS_NOT_LAMINAR"]])


async def test_an_opening_waits_for_its_cap(partners: Bench) -> None:
    await partners.play(*(item for item in readied("G2G") if item.type != "cap.set"))
    first, second = await one_waits_for_the_other(
        partners, [report("cap.set", CAP)], [report("opening.requested", {})]
    )
    assert (first, second) == ([["cap.changed", "partnership.changed"]], [["partnership.opened"]])


async def test_openings_of_two_partnerships_do_not_wait_for_each_other(partners: Bench) -> None:
    for scheme in ("G2G", "G2P"):
        await partners.play(*readied(scheme)[: 4 if scheme == "G2G" else 3])
    async with partners.transaction() as connection:
        assert await partners.decide(connection, [report("opening.requested", {})]) == [
            ["partnership.opened"]
        ]
        assert await partners.play(report("opening.requested", {}, f"{G2P}:1")) == [["partnership.opened"]]


async def test_an_end_and_a_successor_in_one_batch(partners: Bench) -> None:
    await partners.play(proposed())
    answers = await partners.play(report("closure.ordered", {"reason": "END"}), proposed(), proposed())
    assert answers == [["partnership.closed"], ["partnership.registered"], ["ALREADY_REGISTERED"]]
    assert await partners.rows("SELECT id FROM partnership WHERE NOT ended") == [f"{KEY}:2"]


async def test_the_database_itself_keeps_one_live_partnership_a_key(partners: Bench) -> None:
    await partners.play(proposed())
    with pytest.raises(asyncpg.UniqueViolationError, match="partnership_one_live_a_key"):
        await partners.rows(
            "INSERT INTO partnership (id, key, number, ended, opened_in_health, state, lane)"
            " VALUES ('x', $1, 2, false, false, '{}', 0) RETURNING id",
            KEY,
        )


async def test_a_rolled_back_batch_leaves_nothing(partners: Bench) -> None:
    with pytest.raises(ZeroDivisionError):
        async with partners.transaction() as connection:
            await partners.decide(connection, readied("G2G"))
            _ = 1 / 0
    assert await partners.rows("SELECT id FROM partnership") == []
    assert await partners.play(proposed()) == [["partnership.registered"]]


async def test_deadlines_come_by_lane_the_earliest_first_and_not_too_soon(partners: Bench) -> None:
    await partners.play(
        proposed(lapses_on="2025-01-11"),
        proposed("G2P", lapses_on="2025-01-05"),
        report("cap.set", {"scope": {"origin": "PH"}, "max": 1, "period_start": "2025-01-07"}, "PH"),
    )
    found = await due(partners, day(30))
    assert [(item.subject, item.at, item.type) for item in found] == [
        (f"{G2P}:1", day(4), "partnership.lapses_on"),
        ("PH.2025-01-07", day(6), "cap.period_starts"),
        (NB, day(10), "partnership.lapses_on"),
    ]
    assert [item.subject for item in await due(partners, day(30), limit=1)] == [f"{G2P}:1"]
    assert await due(partners, day(4)) == []
    by_lane = {lane: [item.subject for item in await due(partners, day(30), lanes=[lane])] for lane in ALL}
    assert {one: lane for lane, ids in by_lane.items() for one in ids} == {
        item.subject: lane_of(item.subject, LANES) for item in found
    }
    assert await partners.play(*found) == [["partnership.lapsed"], ["cap.changed"], ["partnership.lapsed"]]
    assert await due(partners, day(30)) == []
