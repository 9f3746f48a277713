"""The tables of vacancies on a real PostgreSQL: a batch's world is whole, and nobody overtakes."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from jembatan.contracts.deciding import Input, InputKind
from jembatan.contracts.model import changed_fields
from jembatan.contracts.partners import PartnershipFact, PartnershipState, Phase
from jembatan.contracts.registry import REPORTS
from jembatan.contracts.vacancies import VacancyState
from jembatan.engine.lanes import lane_of
from services.vacancies.domain import VacanciesDomain
from services.vacancies.store import VacanciesStore
from tests.integration.store_driver import Bench, bench, one_waits_for_the_other, server
from tests.unit.vacancies.made import (
    EMPLOYER,
    ID,
    MISSION,
    NB,
    PLAIN,
    START,
    STATE,
    SUBMITTED,
    VERIFIED,
    Desk,
    day,
    placement,
)

LANES = 4
OTHER = NB.replace("CA-NB", "CA-NS")
NEXT = {
    Phase.REGISTERED: ("partnership.opened", Phase.OPEN),
    Phase.OPEN: ("partnership.suspended", Phase.SUSPENDED),
    Phase.SUSPENDED: ("partnership.resumed", Phase.OPEN),
}

WEIGHTS = {"submit": 9, "amend": 4, "verify": 5, "reject": 1, "withdraw": 1, "move": 3, "start": 9}
FACTS = "pending posted suspended resumed rejected withdrawn closed expired changed verified filled"
WANTED = {f"vacancy.{name}" for name in FACTS.split()} | {"V_PLACE_OUTSIDE", "ALREADY_SUBMITTED"}


@pytest.fixture(scope="module")
def dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(tmp_path_factory.mktemp("vacancies")) as url:
        yield url


@pytest.fixture
async def vacancies(dsn: str) -> AsyncIterator[Bench]:
    async with bench(dsn, "vacancies", VacanciesDomain(lambda _: PLAIN), VacanciesStore(LANES)) as made:
        yield made


def report(name: str, data: dict[str, Any], subject: str = ID, at: datetime = START) -> Input:
    model = REPORTS[name].model.model_validate(data)
    by = MISSION if name in ("job_order.verified", "job_order.rejected") else EMPLOYER
    return Input(InputKind.REPORT, name, subject, model, at, by.source, "1", by)


def submitted(subject: str = ID, **more: Any) -> Input:  # noqa: ANN401
    return report("job_order.submitted", SUBMITTED | more, subject)


def fact(name: str, before: PartnershipState | None, at: datetime = START, **change: Any) -> Input:  # noqa: ANN401
    after = (before or STATE).model_copy(update=change)
    data = PartnershipFact(state=after, changed=changed_fields(before, after))
    return Input(InputKind.FACT, name, after.id, data, at, sequence=1)


REGISTERED = fact("partnership.registered", None)
OPENED = fact("partnership.opened", STATE, phase=Phase.OPEN)
SUSPENDED = fact("partnership.suspended", OPENED.data.state, phase=Phase.SUSPENDED)


async def due(
    vacancies: Bench, watermark: datetime, limit: int = 100, lanes: Sequence[int] = range(LANES)
) -> list[Input]:
    async with vacancies.transaction() as connection:
        return await vacancies.store.due(connection, lanes, watermark, limit)


class Script:
    """Seeded job orders under two partnerships, and what those come to."""

    def __init__(self, seed: int) -> None:
        self.dice, self.count = random.Random(seed), 1
        self.partnerships: dict[str, PartnershipState | None] = {NB: None, OTHER: None}

    def next(self, at: datetime) -> Input:
        self.count += self.dice.random() < 0.3
        subject = f"vitalite-{max(1, self.count - self.dice.randint(0, 6))}"
        closes = (at + timedelta(days=self.dice.randint(-1, 12))).isoformat()
        kind = self.dice.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))[0]
        if kind == "move":
            return self._move(at)
        if kind == "start":
            return placement("placement.started", subject, "c1", at)
        if kind == "submit":
            partnership = self.dice.choice((NB, OTHER))
            place, isco = self.dice.choice(("CA-NB", "CA-NS")), self.dice.choice(("2221", "5321"))
            data: dict[str, Any] = {
                "partnership": partnership,
                "place": place,
                "isco08": isco,
                "closes_on": closes,
            }
            data["openings"] = self.dice.randint(1, 3)
            return report("job_order.submitted", SUBMITTED | data, subject, at)
        others: dict[str, tuple[str, dict[str, Any]]] = {
            "amend": ("job_order.amended", {"openings": self.dice.randint(1, 5), "closes_on": closes}),
            "verify": ("job_order.verified", {}),
            "reject": ("job_order.rejected", {"reason": "X"}),
            "withdraw": ("job_order.withdrawn", {"reason": "X"}),
        }
        return report(*others[kind], subject, at)

    def _move(self, at: datetime) -> Input:
        subject = self.dice.choice((NB, OTHER))
        before = self.partnerships[subject]
        if before is None:
            item = fact("partnership.registered", None, at, id=subject, jurisdiction=subject[3:8])
        elif self.dice.random() < 0.3:
            item = fact("partnership.changed", before, at, host_agency=f"agency {self.dice.random()}")
        else:
            name, phase = NEXT[before.phase]
            item = fact(name, before, at, phase=phase)
        self.partnerships[subject] = item.data.state
        return item


def at_the_desk(desk: Desk, item: Input) -> list[str]:
    desk._play(item)
    outcome: Any = desk.outcome
    return [one.code for one in getattr(outcome, "reasons", ())] or [
        one.type for one in getattr(outcome, "facts", ())
    ]


@pytest.mark.parametrize("seed", [1, 2])
async def test_batches_decide_as_one_world_in_memory_does(vacancies: Bench, seed: int) -> None:
    """The store loads whatever a decision rests on: else a batch would be decided differently."""
    desk, script, seen = Desk(), Script(seed), set[str]()
    while desk.at < day(100):
        items = [script.next(desk.at) for _ in range(script.dice.randint(1, 10))]
        expected = [at_the_desk(desk, item) for item in items]
        assert await vacancies.play(*items) == expected
        desk.at += timedelta(days=script.dice.randint(0, 2))
        for item in await due(vacancies, desk.at):
            expected.append(at_the_desk(desk, item))
            assert await vacancies.play(item) == expected[-1:]
        seen |= {name for names in expected for name in names}
    texts = await vacancies.rows("SELECT state FROM vacancy")
    assert {one.id: one for one in map(VacancyState.model_validate_json, texts)} == desk.world.vacancies
    texts = await vacancies.rows("SELECT state FROM partnership")
    assert {
        one.id: one for one in map(PartnershipState.model_validate_json, texts)
    } == desk.world.partnerships
    assert seen >= WANTED, WANTED - seen


async def test_an_opening_finds_the_order_that_was_submitted_while_it_waited(vacancies: Bench) -> None:
    await vacancies.play(REGISTERED)
    first, second = await one_waits_for_the_other(vacancies, [submitted()], [OPENED])
    assert (first, second) == ([["vacancy.pending"]], [["vacancy.posted"]])


async def test_an_order_waits_for_the_opening(vacancies: Bench) -> None:
    await vacancies.play(REGISTERED)
    first, second = await one_waits_for_the_other(vacancies, [OPENED], [submitted()])
    assert (first, second) == ([[]], [["vacancy.posted"]])


async def test_an_order_waits_for_a_suspension(vacancies: Bench) -> None:
    await vacancies.play(REGISTERED, OPENED)
    first, second = await one_waits_for_the_other(vacancies, [SUSPENDED], [submitted()])
    assert (first, second) == ([[]], [["vacancy.pending"]])


async def test_one_order_submitted_twice_at_once_is_one_vacancy(vacancies: Bench) -> None:
    other = submitted(partnership=OTHER, place="CA-NS")
    first, second = await one_waits_for_the_other(vacancies, [submitted()], [other])
    assert (first, second) == ([["vacancy.pending"]], [["ALREADY_SUBMITTED"]])


async def test_what_follows_an_order_in_the_batch_that_had_to_wait(vacancies: Bench) -> None:
    """The row that appears meanwhile is under another partnership than the batch knew of."""
    await vacancies.play(fact("partnership.registered", None, id=OTHER, jurisdiction="CA-NS"))
    other = submitted(partnership=OTHER, place="CA-NS", isco08="3221")
    later = report("job_order.amended", {"isco08": "5321"})
    first, second = await one_waits_for_the_other(vacancies, [other], [submitted(), later])
    assert first == [["vacancy.pending"]]
    assert second == [["ALREADY_SUBMITTED"], ["V_OCCUPATION_OUT_OF_SCOPE"]]


async def test_orders_under_one_partnership_do_not_wait_for_each_other(vacancies: Bench) -> None:
    await vacancies.play(REGISTERED, OPENED)
    async with vacancies.transaction() as connection:
        assert await vacancies.decide(connection, [submitted()]) == [["vacancy.posted"]]
        assert await vacancies.play(submitted("vitalite-2")) == [["vacancy.posted"]]


async def test_a_whole_batch_in_order(vacancies: Bench) -> None:
    answers = await vacancies.play(
        submitted(), REGISTERED, submitted("vitalite-2"), OPENED, SUSPENDED, report("job_order.verified", {})
    )
    assert answers == [
        ["vacancy.pending"],
        ["vacancy.pending"],
        ["vacancy.pending"],
        ["vacancy.posted"] * 2,
        ["vacancy.suspended"] * 2,
        ["WRONG_STATE"],
    ]


async def test_a_programme_that_asks_for_verification(dsn: str) -> None:
    async with bench(dsn, "vacancies", VacanciesDomain(lambda _: VERIFIED), VacanciesStore(LANES)) as desk:
        assert await desk.play(REGISTERED, OPENED, submitted()) == [[], [], ["vacancy.pending"]]
        assert await desk.play(report("job_order.verified", {})) == [["vacancy.verified", "vacancy.posted"]]


async def test_who_starts_at_once_is_counted_each(vacancies: Bench) -> None:
    await vacancies.play(REGISTERED, OPENED, submitted(openings=2))
    start = placement("placement.started")
    first, second = await one_waits_for_the_other(vacancies, [start], [start])
    assert (first, second) == ([["vacancy.changed"]], [["vacancy.filled"]])
    (text,) = await vacancies.rows("SELECT state FROM vacancy WHERE NOT live")
    assert VacancyState.model_validate_json(text).filled == 2


async def test_a_start_waits_for_the_order_to_be_amended(vacancies: Bench) -> None:
    await vacancies.play(REGISTERED, OPENED, submitted(openings=2))
    amended = report("job_order.amended", {"openings": 1})
    first, second = await one_waits_for_the_other(vacancies, [amended], [placement("placement.started")])
    assert (first, second) == ([["vacancy.changed"]], [["vacancy.filled"]])


async def test_deadlines_come_by_lane_the_earliest_first_and_once(vacancies: Bench) -> None:
    orders = {f"vitalite-{number}": day(number) for number in (3, 1, 2)}
    await vacancies.play(*(submitted(one, closes_on=at.isoformat()) for one, at in orders.items()))
    found = await due(vacancies, day(9))
    assert [(item.subject, item.at, item.type) for item in found] == [
        (f"vitalite-{number}", day(number), "vacancy.closes_on") for number in (1, 2, 3)
    ]
    assert await due(vacancies, day(1)) == []
    assert [item.subject for item in await due(vacancies, day(9), limit=1)] == ["vitalite-1"]
    for lane in range(LANES):
        own = [item.subject for item in await due(vacancies, day(9), lanes=[lane])]
        assert own == [one for one in sorted(orders) if lane_of(one, LANES) == lane]
    assert await vacancies.play(*found, *found) == [["vacancy.expired"]] * 3 + [[]] * 3
    assert await due(vacancies, day(9)) == []
