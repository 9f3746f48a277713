"""The store of matching: what it loads and locks, what it saves once, and transactions that meet."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from jembatan.contracts.deciding import Decided, Input
from jembatan.contracts.matching.offers import OfferPhase
from jembatan.engine.lanes import lane_of
from services.matching.domain.rounds import FreezeBegun
from services.matching.domain.world import World
from services.matching.store import caps, freezes
from tests.integration.matching.driver import LANES, MINUTE, PARTITIONS, Driver
from tests.unit.matching.made import (
    ANSWER,
    CLOSES,
    NB,
    NS,
    REVEAL,
    announcement,
    cap,
    deadline,
    partnership,
    report,
    vacancy,
)

R1, R2 = "kp2mi-r1", "kp2mi-r2"
EIGHT = {f"kp2mi-c{n}": ("horizon-v1", "horizon-v2") for n in range(8)}


async def published(driver: Driver, most: int = 8) -> list[str]:
    """A published round of eight offers, by id."""
    await driver.platform(most)
    await driver.open_round()
    await driver.candidates(EIGHT)
    await driver.freeze()
    await driver.draw()
    await driver.match()
    return [fact.state.id for fact in driver.told("offer.extended")]


async def load(driver: Driver, *items: Input) -> World:
    async with driver.pool.acquire() as connection, connection.transaction():
        return await driver.store.load(connection, items)


async def test_what_is_saved_is_loaded_again(driver: Driver) -> None:
    await published(driver)
    name = f"{R1}:kp2mi-c1"
    world = await load(driver, report("offer.declined", name, {}, REVEAL))
    (row,) = world.rounds.values()
    assert (row.open_offers, row.matching, row.freezing, row.state.phase) == (8, True, False, "published")
    assert world.offers[name].partnership == NB
    assert {key: tally.held for key, tally in world.tallies.items()} == {(R1, NB): 8}
    assert world.usage[NB].held == 8
    assert set(world.caps) == {NB}


async def test_many_answers_at_once_each_give_back_one_seat(driver: Driver) -> None:
    offers = await published(driver)
    await asyncio.gather(
        *(driver.decide(report("offer.declined", name, {}, REVEAL)) for name in offers),
        *(driver.decide(report("offer.declined", name, {}, REVEAL)) for name in offers),
    )
    assert len(driver.told("offer.declined")) == 8
    assert len(driver.told("round.settled")) == 1
    assert await driver.rows("SELECT held FROM tally") == [{"held": 0}]
    # Eight answers told eight numbers, so they were counted one after the other.
    assert sorted(fact.state.held for fact in driver.told("usage.changed")[2:]) == list(range(8))


async def test_a_lapse_and_an_answer_at_once_end_an_offer_once(driver: Driver) -> None:
    offers = await published(driver)
    lapses = [deadline("offer.answer_by", name, ANSWER) for name in offers]
    answers = [report("offer.accepted", name, {}, ANSWER) for name in offers]
    await asyncio.gather(*(driver.decide(item) for item in (*lapses, *answers)))
    assert len(driver.told("offer.accepted")) + len(driver.told("offer.lapsed")) == 8
    (row,) = await driver.rows("SELECT open_offers, accepted, lapsed FROM round")
    assert (row["open_offers"], row["accepted"]) == (0, len(driver.told("offer.accepted")))
    assert await driver.rows("SELECT held FROM tally") == [{"held": row["accepted"]}]


async def test_a_cap_changed_while_offers_are_answered_tells_a_number_that_is_true(driver: Driver) -> None:
    offers = await published(driver)
    await asyncio.gather(
        *(driver.decide(report("offer.declined", name, {}, REVEAL)) for name in offers[:4]),
        driver.hear(cap(NB, 2)),
        driver.hear(cap("ID", 5)),
    )
    last = await driver.rows("SELECT id, state->>'held' AS held, state->>'remaining' AS remaining FROM usage")
    assert {row["id"]: (row["held"], row["remaining"]) for row in last} == {NB: ("4", "0"), "ID": ("4", "1")}


async def freeze_both_at_once(driver: Driver) -> None:
    """While one round's closing is being decided, the other's must wait, and then decide nothing."""
    first, second = (deadline("round.closes_at", name, CLOSES) for name in (R1, R2))
    async with driver.pool.acquire() as connection, connection.transaction():
        world = await driver.store.load(connection, [first])
        late = asyncio.create_task(driver.decide(second))
        await asyncio.sleep(0.3)
        assert not late.done()
        driver.domain.evolve(world, FreezeBegun(round=R1, nodes=(), caps=()), first)
        await driver.store.save(connection, world)
    assert await late == [Decided()]
    assert await driver.rows("SELECT id FROM round WHERE freezing") == [{"id": R1}]


async def test_two_rounds_over_one_cap_closing_at_once_freeze_one_after_the_other(driver: Driver) -> None:
    await driver.platform()
    await driver.hear(partnership(NS), vacancy("coast-1", NS), cap("ID", 4))
    await driver.open_round(R1)
    await driver.open_round(R2, scope=[NS])
    await freeze_both_at_once(driver)


async def test_two_rounds_over_one_partnership_without_a_cap_freeze_one_after_the_other(
    driver: Driver,
) -> None:
    await driver.hear(partnership(), vacancy("horizon-v1"))
    await driver.open_round(R1)
    await driver.open_round(R2)
    await freeze_both_at_once(driver)


async def test_two_rounds_under_no_common_cap_freeze_together(driver: Driver) -> None:
    await driver.platform()
    await driver.hear(partnership(NS), vacancy("coast-1", NS), cap("ID:CA-NS", 4))
    await driver.open_round(R1)
    await driver.open_round(R2, scope=[NS])
    await driver.passes(CLOSES + MINUTE)
    assert len(driver.jobs) == 2


async def test_a_cap_waits_for_who_counts_seats_under_its_scope(driver: Driver) -> None:
    await driver.platform()
    async with driver.pool.acquire() as connection, connection.transaction():
        await caps.load(connection, World(), [NB])
        late = asyncio.create_task(driver.hear(cap("any:CA-NB", 3)))
        await asyncio.sleep(0.3)
        assert not late.done()
        assert await driver.rows("SELECT id FROM cap") == [{"id": NB}]
    await late
    assert len(await driver.rows("SELECT id FROM cap")) == 2


async def test_an_announcement_waits_for_changes_of_candidates(driver: Driver) -> None:
    await driver.platform()
    item = report("candidate.withdrawn", "kp2mi-c1", {}, CLOSES)
    async with driver.pool.acquire() as connection, connection.transaction():
        await driver.store.load(connection, [item])
        late = asyncio.create_task(driver.decide(report("round.announced", R1, announcement())))
        await asyncio.sleep(0.3)
        assert not late.done()
    await late
    assert driver.told("round.opened")


async def test_a_row_is_kept_once_for_each_round_that_closed_before(driver: Driver) -> None:
    await driver.platform()
    await driver.open_round(R1)
    await driver.open_round(R2, closes_at=CLOSES + timedelta(days=1))
    await driver.candidates({"kp2mi-c1": ("horizon-v1",)})
    wishes = [["horizon-v2"], ["horizon-v1", "horizon-v2"], []]
    for hours, wished in zip((1, 2, 30), wishes, strict=True):
        at = CLOSES + timedelta(hours=hours)
        await driver.accepted("preferences.confirmed", "kp2mi-c1", {"preferences": wished}, at)
    kept = await driver.rows("SELECT round_id, state->'preferences' AS wished FROM kept ORDER BY 1")
    assert [(row["round_id"], row["wished"]) for row in kept] == [
        (R1, '["horizon-v1"]'),
        (R2, '["horizon-v1", "horizon-v2"]'),
    ]


async def test_deadlines_come_by_lane_in_time_and_only_past_the_watermark(driver: Driver) -> None:
    await published(driver)

    async def due(lanes: range | list[int], at: object, limit: int = 200) -> list[Input]:
        async with driver.pool.acquire() as connection:
            return await driver.store.due(connection, lanes, at, limit)  # type: ignore[arg-type]

    assert await due(LANES, ANSWER) == []
    found = await due(LANES, ANSWER + MINUTE)
    assert {item.type for item in found} == {"offer.answer_by"}
    assert len(found) == 8
    by_lane = [await due([lane], ANSWER + MINUTE) for lane in LANES]
    for lane, items in enumerate(by_lane):
        assert {lane_of(item.subject.partition(":")[2], PARTITIONS) for item in items} <= {lane}
    assert sum(map(len, by_lane)) == 8
    assert len(await due(LANES, ANSWER + MINUTE, 3)) == 3


async def test_the_database_itself_allows_one_round_and_one_live_offer_a_candidate(driver: Driver) -> None:
    await published(driver)
    for sql in (
        "INSERT INTO offer SELECT 'x:kp2mi-c1', 'x', candidate, lane, phase, answer_by, state, live, aside "
        "FROM offer WHERE candidate = 'kp2mi-c1'",
        "INSERT INTO round_candidate SELECT 'x', candidate, 'r-x', preferences, score, reasons, true "
        "FROM round_candidate WHERE candidate = 'kp2mi-c1'",
    ):
        with pytest.raises(asyncpg.UniqueViolationError):
            await driver.pool.execute(sql)
    with pytest.raises(asyncpg.CheckViolationError):
        await driver.pool.execute("UPDATE tally SET held = held - 9")


async def test_saving_an_offer_again_moves_no_seat(driver: Driver) -> None:
    offers = await published(driver)
    for _ in range(2):
        async with driver.pool.acquire() as connection, connection.transaction():
            world = await driver.store.load(connection, [report("offer.declined", offers[0], {}, REVEAL)])
            world.put_offer(world.offers[offers[0]].model_copy(update={"phase": OfferPhase.DECLINED}))
            await driver.store.save(connection, world)
    assert await driver.rows("SELECT held FROM tally") == [{"held": 7}]


async def test_openings_that_seats_hold_are_not_free(driver: Driver) -> None:
    offers = await published(driver)
    await driver.decide(report("offer.declined", offers[0], {}, REVEAL))
    async with driver.pool.acquire() as connection, connection.transaction():
        seats = await freezes.seats(connection, ["horizon-v1", "horizon-v2"])
    assert sum(seats.values()) == 7
