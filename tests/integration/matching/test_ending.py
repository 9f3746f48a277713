"""Offers that end without their candidate, seats given back once, changes while a round is matched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from cli.doctor import outlived
from jembatan.contracts.deciding import Draft
from services.matching.domain.world import World
from services.matching.jobs import ending
from services.matching.store import freezes
from tests.integration.matching.driver import MINUTE, Crash, Driver
from tests.unit.matching.made import (
    ANSWER,
    CLOSES,
    NB,
    NS,
    REVEAL,
    cap,
    deadline,
    partnership,
    report,
    vacancy,
)
from tests.unit.matching.placing import AT, SENT

R1, R2 = "kp2mi-r1", "kp2mi-r2"
V1, V2 = "horizon-v1", "horizon-v2"
FOUR = {f"kp2mi-c{n}": (V1,) for n in range(1, 5)}
VACANCY, PARTNERSHIP = ("end_vacancy_offers", V1), ("end_partnership_offers", NB)
Change = Callable[[Driver], Coroutine[Any, Any, None]]


async def to_drawn(driver: Driver, most: int | None = 4) -> None:
    await driver.platform(most)
    await driver.open_round()
    await driver.candidates(FOUR)
    await driver.freeze()
    await driver.draw()


async def published(driver: Driver, most: int | None = 4) -> None:
    await to_drawn(driver, most)
    await driver.match()


async def vacancy_withdrawn(driver: Driver) -> None:
    await driver.hear(vacancy(V1, phase="withdrawn"))


async def partnership_closed(driver: Driver) -> None:
    await driver.hear(partnership(NB, "closed"))


async def candidate_withdraws(driver: Driver) -> None:
    await driver.accepted("candidate.withdrawn", "kp2mi-c1", {}, CLOSES + MINUTE)


async def candidate_rejected(driver: Driver) -> None:
    await driver.accepted("candidate.rejected", "kp2mi-c1", {"reason": "NOT_GENUINE"}, CLOSES + MINUTE)


async def consistent(driver: Driver, held: int) -> None:
    """Seats, their count and what was told of the cap agree, and each ended offer was told once."""
    assert await driver.rows("SELECT count(*)::int AS n FROM seat WHERE held") == [{"n": held}]
    assert await driver.rows("SELECT coalesce(sum(held), 0)::int AS n FROM tally") == [{"n": held}]
    assert driver.told("usage.changed")[-1].state.held == held
    gone = [fact.subject for fact in driver.facts if fact.type in ("offer.withdrawn", "offer.declined")]
    assert len(gone) == len(set(gone))
    assert await driver.rows("SELECT candidate FROM offer WHERE live GROUP BY 1 HAVING count(*) > 1") == []


@pytest.mark.parametrize(
    ("change", "job", "why"),
    [
        (vacancy_withdrawn, VACANCY, "VACANCY_WITHDRAWN"),
        (partnership_closed, PARTNERSHIP, "PARTNERSHIP_CLOSED"),
    ],
)
async def test_open_and_accepted_offers_end_and_what_has_a_contract_stands(
    driver: Driver, change: Change, job: tuple[str, str], why: str
) -> None:
    await published(driver)
    first, second, third, fourth = (f"{R1}:{name}" for name in FOUR)
    for pair in (first, second):
        await driver.accepted("offer.accepted", pair, {}, REVEAL)
    await driver.accepted("contract.signed", first, SENT["contract.signed"], AT)
    await driver.accepted("offer.declined", fourth, {}, REVEAL)
    await change(driver)
    await driver.finish(*job)
    gone = {fact.state.id: fact.state.reason for fact in driver.told("offer.withdrawn")}
    assert gone == {second: why, third: why}
    (settled,) = driver.told("round.settled")
    answers = settled.answers
    assert (answers.accepted, answers.declined, answers.withdrawn) == (2, 1, 1)
    await consistent(driver, 1)
    await driver.accepted("contract.cancelled", first, SENT["contract.cancelled"], AT)
    await consistent(driver, 0)


@pytest.mark.parametrize(
    ("change", "reason", "ended"),
    [
        (vacancy_withdrawn, "VACANCY_WITHDRAWN", 4),
        (partnership_closed, "PARTNERSHIP_CLOSED", 4),
        (candidate_withdraws, "CANDIDATE_WITHDRAWN", 1),
        (candidate_rejected, "CANDIDATE_REJECTED", 1),
    ],
)
async def test_between_freeze_and_publication_the_match_stands_and_its_offer_ends(
    driver: Driver, change: Change, reason: str, ended: int
) -> None:
    await to_drawn(driver)
    await change(driver)
    for job in [key for key in driver.jobs if key[0].startswith("end_")]:
        await driver.finish(*job)
    assert not driver.told("offer.withdrawn")
    await driver.match()
    assert len(driver.told("match.made")) == len(driver.told("offer.extended")) == 4
    gone = driver.told("offer.withdrawn")
    assert [fact.state.reason for fact in gone] == [reason] * ended
    types = [fact.type for fact in driver.facts if fact.subject == gone[0].state.id]
    assert types == ["match.made", "offer.extended", "offer.withdrawn"]
    assert len(driver.told("round.settled")) == (ended == 4)
    await consistent_or_nothing(driver, 4 - ended)


async def consistent_or_nothing(driver: Driver, held: int) -> None:
    if held:
        await consistent(driver, held)
    else:
        assert await driver.rows("SELECT 1 FROM seat WHERE held") == []
        assert await driver.rows("SELECT held FROM tally") == [{"held": 0}]


@pytest.mark.parametrize("phase", ["before", "after"])
async def test_a_suspended_partnership_and_a_closed_vacancy_leave_offers_standing(
    driver: Driver, phase: str
) -> None:
    await to_drawn(driver)
    if phase == "before":
        await driver.hear(partnership(NB, "suspended"), vacancy(V1, phase="suspended"))
    await driver.match()
    await driver.hear(partnership(NB, "suspended"), vacancy(V1, phase="closed"))
    assert not [key for key in driver.jobs if key[0].startswith("end_")]
    assert not driver.told("offer.withdrawn")
    for name in FOUR:
        await driver.accepted("offer.accepted", f"{R1}:{name}", {}, REVEAL)
    await consistent(driver, 4)


async def test_a_cap_lowered_after_the_freeze_revokes_nothing_and_takes_no_more(driver: Driver) -> None:
    await to_drawn(driver)
    await driver.hear(cap(NB, 1))
    await driver.match()
    usage = driver.told("usage.changed")[-1].state
    assert (usage.held, usage.remaining, usage.over_cap) == (4, 0, True)
    await driver.open_round(R2)
    await driver.candidates({"kp2mi-d1": (V1,)})
    await driver.passes(CLOSES + 3 * MINUTE)
    await driver.finish("freeze", R2)
    for name in list(FOUR)[:3]:
        await driver.accepted("offer.declined", f"{R1}:{name}", {}, REVEAL)
    await driver.draw(R2)
    await driver.match(R2)
    # Frozen while four seats were held under a cap of one: nothing was left, whatever came free since.
    (missed,) = [fact.state for fact in driver.told("match.missed") if fact.state.eligible]
    assert (missed.candidate, [one.no_room for one in missed.passed_over]) == ("kp2mi-d1", [True])
    await consistent(driver, 1)


async def test_a_cap_set_between_two_marks_and_their_frames_binds_neither_beyond_its_number(
    driver: Driver,
) -> None:
    """No cap was over both when they were marked, so both freeze, by what was in force then."""
    await driver.platform(None)
    await driver.hear(partnership(NS), vacancy("coast-1", NS))
    await driver.open_round(R1)
    await driver.open_round(R2, scope=[NS])
    await driver.candidates({"kp2mi-c1": (V1,), "kp2mi-d1": ("coast-1",)})
    await driver.passes(CLOSES + MINUTE)
    await driver.hear(cap("ID", 1))
    for name in (R1, R2):
        await driver.finish("freeze", name)
    nodes = {node.id: node.remaining for fact in driver.told("round.market_listed") for node in fact.nodes}
    assert nodes == {NB: None, NS: None}
    # A third is frozen under the cap, and not before both are published.
    await driver.open_round("kp2mi-r3")
    await driver.passes(CLOSES + MINUTE)
    assert ("freeze", "kp2mi-r3") not in driver.jobs
    for name in (R1, R2):
        await driver.draw(name)
        await driver.match(name)
    await driver.passes(CLOSES + 2 * MINUTE)
    await driver.finish("freeze", "kp2mi-r3")
    last = driver.told("round.market_listed")[-1]
    assert {node.id: node.remaining for node in last.nodes} == {"ID": 0, NB: None}
    assert driver.told("usage.changed")[-1].state.over_cap


async def test_a_cap_taken_away_binds_others_until_the_round_that_it_bound_is_published(
    driver: Driver,
) -> None:
    await driver.platform(None)
    await driver.hear(partnership(NS), vacancy("coast-1", NS), cap("ID", 1))
    await driver.open_round(R1)
    await driver.open_round(R2, scope=[NS], closes_at=CLOSES + MINUTE)
    await driver.candidates({"kp2mi-c1": (V1,), "kp2mi-d1": ("coast-1",)})
    await driver.freeze()
    await driver.hear(cap("ID", None))
    await driver.passes(CLOSES + 2 * MINUTE)
    assert ("freeze", R2) not in driver.jobs
    await driver.draw()
    await driver.match()
    await driver.passes(CLOSES + 2 * MINUTE)
    await driver.finish("freeze", R2)
    assert driver.told("round.market_listed")[-1].nodes[0].remaining is None


@pytest.mark.parametrize("way", ["declined", "lapsed", "left", "called_off", "vacancy", "partnership"])
async def test_a_seat_comes_back_once_by_every_way_and_after_every_repeat(driver: Driver, way: str) -> None:
    await published(driver)
    pair = f"{R1}:kp2mi-c1"
    if way == "called_off":
        await driver.accepted("offer.accepted", pair, {}, REVEAL)
    for _ in range(3):
        await one_way(driver, way, pair)
    for again in ("declined", "lapsed", "left", "called_off", "vacancy", "partnership"):
        await one_way(driver, again, pair)
    ends = [fact for fact in driver.facts if fact.subject == pair and is_end(fact)]
    assert len(ends) == 1
    assert await driver.rows("SELECT held FROM seat WHERE candidate = 'kp2mi-c1'") == [{"held": False}]
    await consistent_or_nothing(driver, 0)


def is_end(fact: Draft) -> bool:
    return fact.type in ("offer.declined", "offer.lapsed", "offer.withdrawn", "placement.ended")


async def one_way(driver: Driver, way: str, pair: str) -> None:
    if way == "declined":
        await driver.report("offer.declined", pair, {}, REVEAL)
    elif way == "lapsed":
        await driver.decide(deadline("offer.answer_by", pair, ANSWER))
    elif way == "left":
        await driver.report("candidate.withdrawn", "kp2mi-c1", {}, REVEAL)
    elif way == "called_off":
        await driver.report("contract.cancelled", pair, SENT["contract.cancelled"], AT)
    else:
        change, job = {
            "vacancy": (vacancy_withdrawn, VACANCY), "partnership": (partnership_closed, PARTNERSHIP),
        }[way]  # fmt: skip
        await change(driver)
        await driver.finish(*job)


async def test_ends_go_by_pages_and_a_page_that_crashed_ends_nothing_twice(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "OFFERS", 3)
    await published(driver)
    await partnership_closed(driver)
    more = True
    while more:
        with pytest.raises(Crash):
            await driver.page(*PARTNERSHIP, crash=True)
        more = await driver.page(*PARTNERSHIP)
    assert len(driver.told("offer.withdrawn")) == 4
    assert driver.told("usage.changed")[-1].state.held == 0
    assert [fact.answers.withdrawn for fact in driver.told("round.settled")] == [4]


async def test_answers_and_the_end_of_their_vacancy_at_once(driver: Driver) -> None:
    await published(driver)
    await vacancy_withdrawn(driver)
    await asyncio.gather(
        *(driver.decide(report("offer.accepted", f"{R1}:{name}", {}, REVEAL)) for name in FOUR),
        *(driver.decide(report("offer.declined", f"{R1}:{name}", {}, REVEAL)) for name in list(FOUR)[:2]),
        driver.finish(*VACANCY),
    )
    await driver.finish(*VACANCY)
    assert await driver.rows("SELECT 1 FROM offer WHERE live") == []
    assert len(driver.told("offer.withdrawn")) + len(driver.told("offer.declined")) == 4
    await consistent_or_nothing(driver, 0)


@pytest.mark.parametrize("change", [candidate_withdraws, vacancy_withdrawn, partnership_closed])
async def test_whoever_comes_first_publication_or_change_no_offer_is_left_standing(
    driver: Driver, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page that tells has its locks when the change comes, or the other way round."""
    await to_drawn(driver)
    await driver.passes(CLOSES + 2 * MINUTE)
    while (await driver.rows("SELECT 1 FROM round_work WHERE stage = 'tell'")) == []:
        await driver.page("match", R1)
    held, go_on = asyncio.Event(), asyncio.Event()
    load = freezes.load_for_seats

    async def slowly(*arguments: Any) -> World:  # noqa: ANN401
        world = await load(*arguments)
        held.set()
        await go_on.wait()
        return world

    monkeypatch.setattr(freezes, "load_for_seats", slowly)
    page = asyncio.create_task(driver.page("match", R1))
    await held.wait()
    late = asyncio.create_task(change(driver))
    await asyncio.sleep(0.3)
    assert not late.done(), "the change did not wait for the page"
    go_on.set()
    assert await page
    await late
    await driver.finish("match", R1)
    for job in [key for key in driver.jobs if key[0].startswith("end_")]:
        await driver.finish(*job)
    standing = await driver.rows("SELECT candidate FROM offer WHERE live ORDER BY 1")
    ours = list(FOUR)[1:] if change is candidate_withdraws else []
    assert [row["candidate"] for row in standing] == ours


async def test_a_returned_seat_goes_to_a_later_round_with_its_own_randomness(driver: Driver) -> None:
    await published(driver, most=2)
    offers = [fact.state.id for fact in driver.told("offer.extended")]
    assert len(offers) == 2
    await driver.accepted("offer.declined", offers[0], {}, REVEAL)
    await driver.accepted("offer.accepted", offers[1], {}, REVEAL)
    closes = REVEAL + timedelta(days=1)
    await driver.open_round(
        R2, closes_at=closes, reveal_by=closes + timedelta(days=5), answer_by=closes + timedelta(days=9)
    )
    await driver.passes(closes + MINUTE)
    await driver.finish("freeze", R2)
    await driver.draw_at(R2, closes + MINUTE)
    await driver.passes(closes + 2 * MINUTE)
    await driver.finish("match", R2)
    later = [fact.state for fact in driver.told("offer.extended") if fact.state.round == R2]
    assert len(later) == 1
    drawn = {fact.state.id: fact.state.rho for fact in driver.told("round.drawn")}
    assert drawn[R1] != drawn[R2]
    await consistent(driver, 2)


async def outliving(driver: Driver) -> list[str]:
    """What doctor finds of these tables."""
    async with driver.pool.acquire() as connection:
        return [one.where for one in await outlived.check(connection)]  # type: ignore[arg-type]


@pytest.mark.parametrize(("change", "job"), [(vacancy_withdrawn, VACANCY), (partnership_closed, PARTNERSHIP)])
async def test_doctor_finds_an_offer_that_outlived_what_it_is_for(
    driver: Driver, change: Change, job: tuple[str, str]
) -> None:
    await published(driver)
    first, *others = (f"{R1}:{name}" for name in FOUR)
    await driver.accepted("offer.accepted", first, {}, REVEAL)
    await driver.accepted("contract.signed", first, SENT["contract.signed"], AT)
    await driver.hear(partnership(NB, "suspended"), vacancy(V1, phase="closed"))
    assert await outliving(driver) == []
    await change(driver)
    assert await outliving(driver) == [f"offer {name}" for name in others]
    await driver.rows("INSERT INTO job (kind, subject, lane, at) VALUES ($1, $2, 0, now())", *job)
    assert await outliving(driver) == [], "the job is at work"
    await driver.rows("UPDATE job SET done = true")
    assert len(await outliving(driver)) == 3
    await driver.finish(*job)
    assert await outliving(driver) == []
