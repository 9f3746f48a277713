"""Placements on a real PostgreSQL: written and read whole, seats given back once, whoever comes first."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from jembatan.contracts.deciding import Decided, Input, Outcome, Refused
from services.matching.domain.world import World
from tests.integration.matching.driver import MINUTE, Driver
from tests.unit.matching.made import NB, REVEAL, START, report, reporter
from tests.unit.matching.placing import AT, SENT

R1, R2 = "kp2mi-r1", "kp2mi-r2"
FOUR = {f"kp2mi-c{n}": ("horizon-v1", "horizon-v2") for n in range(1, 5)}
PAIRS = [f"{R1}:{name}" for name in FOUR]
ONE = PAIRS[0]


async def accepted(driver: Driver) -> None:
    """A settled round of four accepted offers under a cap of four."""
    await driver.platform(4)
    await driver.open_round()
    await driver.candidates(FOUR)
    await driver.freeze()
    await driver.draw()
    await driver.match()
    for pair in PAIRS:
        await driver.accepted("offer.accepted", pair, {}, REVEAL)


async def send(driver: Driver, pair: str, *names: str) -> None:
    for name in names:
        await driver.accepted(name, pair, SENT[name], AT)


async def contracted(driver: Driver, *pairs: str) -> None:
    await accepted(driver)
    for pair in pairs:
        await send(driver, pair, "contract.signed")


async def started(driver: Driver, pair: str) -> None:
    await send(driver, pair, "contract.signed")
    for kind in ("ORIENTATION", "VISA"):
        await driver.accepted("clearance.granted", pair, {"kind": kind}, AT)
    await send(driver, pair, "departure.recorded", "arrival.recorded")


async def load(driver: Driver, *items: Input) -> World:
    async with driver.pool.acquire() as connection, connection.transaction():
        return await driver.store.load(connection, items)


async def held(driver: Driver) -> tuple[int, int]:
    """Seats held, by the tally and by the seats themselves."""
    (tally,) = await driver.rows("SELECT held FROM tally WHERE round_id = $1", R1)
    (seats,) = await driver.rows("SELECT count(*) AS n FROM seat WHERE held AND round_id = $1", R1)
    return tally["held"], seats["n"]


def last_usage(driver: Driver) -> int:
    return int(driver.told("usage.changed")[-1].state.held)


async def test_what_is_saved_is_loaded_again_with_what_is_private(driver: Driver) -> None:
    await contracted(driver, ONE)
    data = {"kind": "VISA", "reason": "INCOMPLETE", "note": "Page 3.", "final": False}
    await driver.accepted("clearance.refused", ONE, data, AT)
    await driver.accepted("employment.ended", ONE, SENT["employment.ended"], AT)
    world = await load(driver, report("return.recorded", ONE, SENT["return.recorded"], AT))
    row = world.placements[ONE]
    assert row.state == driver.told("placement.ended")[-1].state
    assert (row.state.employer, row.state.phase, row.state.seat_held) == ("horizon", "ended", False)
    assert [(one.kind, one.note) for one in row.aside.refused] == [("VISA", "Page 3.")]
    assert row.aside.ended is not None
    assert row.aside.ended.reason == "HOME"
    (stored,) = await driver.rows("SELECT state::text AS state FROM placement")
    assert "INCOMPLETE" not in stored["state"]
    assert (await held(driver), last_usage(driver)) == ((3, 3), 3)


async def test_who_started_work_keeps_the_seat_also_after_the_end(driver: Driver) -> None:
    await accepted(driver)
    await started(driver, ONE)
    await send(driver, ONE, "employment.ended", "return.recorded")
    assert await held(driver) == (4, 4)
    assert await driver.rows("SELECT phase, live FROM offer WHERE id = $1", ONE) == [
        {"phase": "accepted", "live": False}
    ]


async def test_many_ends_at_once_give_each_seat_back_once(driver: Driver) -> None:
    await contracted(driver, *PAIRS[:3])
    ways = ("contract.cancelled", "clearance.refused", "employment.ended")
    items = [report(name, pair, SENT[name], AT) for name in ways for pair in PAIRS[:3]]
    leaving = [report("candidate.withdrawn", name, {}, AT) for name in list(FOUR)[:3]]
    await asyncio.gather(*(driver.decide(item) for item in (*items, *leaving, *items)))
    assert len(driver.told("placement.ended")) == 3
    assert (await held(driver), last_usage(driver)) == ((1, 1), 1)
    assert sorted(fact.state.held for fact in driver.told("usage.changed")[-3:]) == [1, 2, 3]


async def test_why_an_unsigned_contract_was_cancelled_stands_beside_the_offer(driver: Driver) -> None:
    await accepted(driver)
    await send(driver, ONE, "contract.cancelled")
    (row,) = await driver.rows(
        "SELECT live, aside ->> 'reason' AS why, state::text FROM offer WHERE id = $1", ONE
    )
    assert (row["live"], row["why"]) == (False, "POSITION_CUT")
    assert "POSITION_CUT" not in row["state"]
    assert (await held(driver), last_usage(driver)) == ((3, 3), 3)
    (again,) = [fact for fact in driver.told("candidate.rostered") if fact.state.roster.starts_at == AT]
    assert again.state.id == "kp2mi-c1"


async def test_one_batch_ends_a_placement_once(driver: Driver) -> None:
    await contracted(driver, ONE)
    outcomes = await driver.decide(
        report("contract.cancelled", ONE, SENT["contract.cancelled"], AT),
        report("contract.cancelled", ONE, SENT["contract.cancelled"], AT),
        report("candidate.withdrawn", "kp2mi-c1", {}, AT),
        report("employment.ended", ONE, SENT["employment.ended"], AT),
    )
    assert [_said(one) for one in outcomes] == [
        ["placement.ended", "usage.changed", "candidate.rostered"], ["NO_CHANGE"], ["candidate.delisted"],
        ["WRONG_STATE"],
    ]  # fmt: skip
    assert await held(driver) == (3, 3)


def _said(outcome: Outcome) -> list[str]:
    if isinstance(outcome, Refused):
        return [reason.code for reason in outcome.reasons]
    return [fact.type for fact in outcome.facts]


async def test_an_acceptance_and_a_withdrawal_at_once(driver: Driver) -> None:
    await driver.platform(4)
    await driver.open_round()
    await driver.candidates(FOUR)
    await driver.freeze()
    await driver.draw()
    await driver.match()
    await asyncio.gather(
        *(driver.decide(report("offer.accepted", pair, {}, REVEAL)) for pair in PAIRS),
        *(driver.decide(report("candidate.withdrawn", name, {}, REVEAL)) for name in FOUR),
    )
    assert len(driver.told("offer.withdrawn")) == 4
    assert await held(driver) == (0, 0)
    (settled,) = driver.told("round.settled")
    answers = settled.answers
    assert answers.accepted + answers.withdrawn == 4
    assert answers.accepted == len(driver.told("offer.accepted"))


async def test_only_those_who_leave_have_their_offers_loaded(driver: Driver) -> None:
    await accepted(driver)
    world = await load(driver, report("candidate.withdrawn", "kp2mi-c1", {}, AT))
    assert set(world.offers) == {ONE}
    world = await load(driver, report("preferences.confirmed", "kp2mi-c1", {"preferences": []}, AT))
    assert not world.offers
    await send(driver, ONE, "contract.signed", "contract.cancelled")
    assert not (await load(driver, report("candidate.withdrawn", "kp2mi-c1", {}, AT))).offers


async def test_a_cancelled_candidate_is_matched_again_and_a_placed_one_is_not(driver: Driver) -> None:
    await contracted(driver, *PAIRS)
    await send(driver, ONE, "contract.cancelled")
    closes = AT + timedelta(days=10)
    reveal, answer = closes + timedelta(days=10), closes + timedelta(days=20)
    await driver.open_round(R2, closes_at=closes, reveal_by=reveal, answer_by=answer)
    await driver.passes(closes + MINUTE)
    await driver.finish("freeze", R2)
    await driver.draw_at(R2, closes + MINUTE)
    await driver.passes(closes + 2 * MINUTE)
    await driver.finish("match", R2)
    made = [fact.state.candidate for fact in driver.told("match.made") if fact.state.round == R2]
    assert made == ["kp2mi-c1"]
    barred = await driver.rows(
        "SELECT DISTINCT candidate, v.value -> 0 ->> 'code' AS code "
        "FROM round_candidate, jsonb_each(reasons) AS v WHERE round_id = $1 ORDER BY 1",
        R2,
    )
    assert [(row["candidate"], row["code"]) for row in barred] == [
        (name, "E_OFFER_HELD") for name in list(FOUR)[1:]
    ]
    assert last_usage(driver) == 4


async def test_the_database_allows_one_standing_offer_until_its_placement_is_over(driver: Driver) -> None:
    await contracted(driver, ONE)
    again = (
        "INSERT INTO offer SELECT 'x:kp2mi-c1', 'x', candidate, lane, phase, answer_by, state, true, aside "
        "FROM offer WHERE id = $1"
    )
    with pytest.raises(asyncpg.UniqueViolationError):
        await driver.pool.execute(again, ONE)
    await send(driver, ONE, "contract.cancelled")
    await driver.pool.execute(again, ONE)


async def test_a_fresh_year_after_a_rounds_closing_is_not_seen_by_it(driver: Driver) -> None:
    await contracted(driver, ONE)
    await driver.open_round(
        R2, closes_at=AT - timedelta(days=1), reveal_by=AT, answer_by=AT + timedelta(days=9)
    )
    await send(driver, ONE, "contract.cancelled")
    (kept,) = await driver.rows("SELECT candidate, state -> 'roster' ->> 'starts_at' AS since FROM kept")
    assert (kept["candidate"], kept["since"][:10]) == ("kp2mi-c1", START.date().isoformat())
    (row,) = await driver.rows(
        "SELECT roster_ends_at FROM candidate WHERE id = 'kp2mi-c1' AND phase = 'rostered'"
    )
    assert row["roster_ends_at"] == AT + timedelta(days=365)


async def test_reports_of_one_placement_in_one_batch_follow_each_other(driver: Driver) -> None:
    await accepted(driver)
    items = [report("contract.signed", ONE, SENT["contract.signed"], AT)]
    items += [report("clearance.granted", ONE, {"kind": kind}, AT) for kind in ("VISA", "ORIENTATION")]
    items += [report(name, ONE, SENT[name], AT) for name in ("departure.recorded", "arrival.recorded")]
    outcomes = await driver.decide(*items)
    assert all(isinstance(outcome, Decided) for outcome in outcomes)
    assert driver.told("placement.started")[-1].state.partnership == NB
    (row,) = await driver.rows("SELECT phase FROM placement")
    assert row["phase"] == "started"


async def test_nobody_reports_for_another_employer(driver: Driver) -> None:
    await accepted(driver)
    item = report("contract.signed", ONE, SENT["contract.signed"], AT, reporter("x", employers=("x",)))
    (outcome,) = await driver.decide(item)
    assert _said(outcome) == ["NOT_YOUR_REPORT"]
