"""A round from announcement to settlement on a real PostgreSQL."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jembatan.contracts.deciding import Refused
from jembatan.contracts.matching.rounds import RoundState
from jembatan.engine.jobs import PageMoved
from services.matching import market, mechanism
from services.matching.domain import listing
from services.matching.jobs import MatchingJobs
from services.matching.jobs import freeze as freezing
from services.matching.jobs import match as matching
from services.matching.store import entries, freezes
from tests.integration.matching.driver import MINUTE, Crash, Driver
from tests.support.beacons import LEAGUE, beacon
from tests.unit.matching.made import (
    ANSWER,
    CHAINS,
    CLOSES,
    NB,
    REVEAL,
    SECRETS,
    cap,
    codes,
    partnership,
    vacancy,
)

R1 = "kp2mi-r1"
BOTH = ("horizon-v1", "horizon-v2")
FIVE = {f"kp2mi-c{n}": BOTH for n in range(1, 6)}


async def to_frozen(driver: Driver, most: int | None = 3, **changes: Any) -> None:  # noqa: ANN401
    await driver.platform(most)
    await driver.open_round(**changes)
    await driver.candidates(FIVE)
    await driver.freeze()


async def to_published(driver: Driver, most: int | None = 3) -> None:
    await to_frozen(driver, most)
    await driver.draw()
    await driver.match()


async def test_a_round_ends_with_its_offers_answered_and_the_cap_full(apart_driver: Driver) -> None:
    driver = apart_driver
    await to_published(driver)
    assert len(driver.told("match.made")) == len(driver.told("offer.extended")) == 3
    assert len(driver.told("match.missed")) == 2
    assert driver.told("usage.changed")[-1].state.remaining == 0
    (published,) = driver.told("round.published")
    assert (published.state.matched, published.state.missed, set(published.cutoffs)) == (3, 2, {NB})
    offers = [fact.state.id for fact in driver.told("offer.extended")]
    await driver.accepted("offer.accepted", offers[0], {}, REVEAL)
    await driver.accepted("offer.declined", offers[1], {"reason": "FAMILY"}, REVEAL)
    assert not driver.told("round.settled")
    await driver.passes(ANSWER + MINUTE)
    (settled,) = driver.told("round.settled")
    assert (settled.answers.accepted, settled.answers.declined, settled.answers.lapsed) == (1, 1, 1)
    assert driver.told("usage.changed")[-1].state.remaining == 2
    held = await driver.rows("SELECT candidate FROM seat WHERE held")
    assert [f"{R1}:{row['candidate']}" for row in held] == [offers[0]]
    assert await driver.rows("SELECT held FROM tally") == [{"held": 1}]
    assert await driver.rows("SELECT 1 FROM round_candidate WHERE active") == []
    assert await driver.passes(ANSWER + timedelta(days=900)) != []  # rosters end, and nothing of the round


async def test_anyone_can_run_the_round_again_from_the_public_facts(driver: Driver) -> None:
    await to_published(driver)
    (frozen,), (drawn,), (published,) = (
        driver.told(name) for name in ("round.frozen", "round.drawn", "round.published")
    )
    parts = [fact.model_dump(mode="json") for fact in driver.told("round.market_listed")]
    lists = listing.join(parts, ("nodes", "vacancies", "candidates"))
    draw = {"rho": drawn.state.rho, "secrets": drawn.state.secrets}
    document = frozen.market.model_dump(mode="json") | lists | {"draw": draw}
    made = market.market_of(document)
    assert made.snapshot == frozen.state.snapshot
    secrets = b"".join(bytes.fromhex(drawn.state.secrets[name]) for name in ("gnb", "kp2mi"))
    assert drawn.state.rho == hashlib.sha256(secrets + bytes.fromhex(made.snapshot)).hexdigest()
    result = market.result_document(mechanism.match(made))
    assert result["digest"] == published.state.digest
    (listed,) = driver.told("round.result_listed")
    assert listed.matches == result["matches"]
    public = "".join(fact.data.model_dump_json() for fact in driver.facts if fact.type.startswith("round."))
    assert not any(name in public for name in FIVE)


async def test_points_decide_before_the_lottery(driver: Driver) -> None:
    await to_published(driver)
    matched = {fact.state.candidate for fact in driver.told("match.made")}
    assert matched == {"kp2mi-c3", "kp2mi-c4", "kp2mi-c5"}
    for fact in driver.told("match.missed"):
        assert [(one.vacancy, one.node, one.no_room) for one in fact.state.passed_over] == [
            (name, NB, False) for name in BOTH
        ]


async def test_pages_of_any_size_give_the_same_market(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "CANDIDATES", 2)
    monkeypatch.setattr(matching, "CANDIDATES", 2)
    monkeypatch.setattr(entries, "LISTED_AT_ONCE", 2)
    monkeypatch.setattr(listing, "PART_BYTES", 200)
    await to_published(driver)
    assert len(driver.told("match.made")) + len(driver.told("match.missed")) == 5
    assert driver.told("usage.changed")[-1].state.held == 3
    (frozen,) = driver.told("round.frozen")
    assert frozen.state.candidates == 5
    assert frozen.state.parts == len(driver.told("round.market_listed")) > 3
    assert len(driver.told("round.result_listed")) > 1
    parts = [fact.model_dump(mode="json") for fact in driver.told("round.market_listed")]
    listed = listing.join(parts, ("candidates",))["candidates"]
    assert [one["id"] for one in listed] == sorted(one["id"] for one in listed)
    stored = await driver.rows("SELECT candidate, vacancy, passed_over FROM round_candidate ORDER BY 1")
    matches = {fact.state.candidate: fact.state.vacancy for fact in driver.told("match.made")}
    assert {row["candidate"]: row["vacancy"] for row in stored if row["vacancy"]} == matches
    assert sum(row["passed_over"] is not None for row in stored) >= 2


async def test_a_page_that_crashed_is_done_again_and_nothing_twice(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "CANDIDATES", 2)
    monkeypatch.setattr(matching, "CANDIDATES", 2)
    await driver.platform()
    await driver.open_round()
    await driver.candidates(FIVE)
    await driver.passes(CLOSES + MINUTE)
    await each_page_crashes_first(driver, "freeze")
    await driver.draw()
    await driver.passes(CLOSES + 2 * MINUTE)
    await each_page_crashes_first(driver, "match")
    subjects = [
        (fact.type, fact.subject) for fact in driver.facts if fact.type.startswith(("match.", "offer."))
    ]
    assert len(subjects) == len(set(subjects)) == 8
    assert await driver.rows("SELECT held FROM tally") == [{"held": 3}]


async def each_page_crashes_first(driver: Driver, kind: str) -> None:
    more = True
    while more:
        with pytest.raises(Crash):
            await driver.page(kind, R1, crash=True)
        more = await driver.page(kind, R1)


@pytest.mark.parametrize("kind", ["freeze", "match"])
async def test_a_job_of_a_published_round_has_nothing_left_to_do(driver: Driver, kind: str) -> None:
    await to_published(driver)
    before = len(driver.facts)
    assert not await driver.page(kind, R1)
    assert len(driver.facts) == before


async def test_an_old_page_cannot_be_done_again(driver: Driver) -> None:
    await driver.platform()
    await driver.open_round()
    await driver.candidates(FIVE)
    await driver.passes(CLOSES + MINUTE)
    first = driver.jobs["freeze", R1]
    await driver.page("freeze", R1)
    await driver.page("freeze", R1)
    driver.jobs["freeze", R1] = first
    with pytest.raises(PageMoved):
        await driver.page("freeze", R1)


async def test_the_freeze_sees_candidates_as_of_the_closing(driver: Driver) -> None:
    await driver.platform()
    await driver.open_round()
    await driver.candidates(FIVE)
    late, names = CLOSES + MINUTE, ["horizon-v2"]
    await driver.accepted("preferences.confirmed", "kp2mi-c1", {"preferences": names}, CLOSES)
    await driver.accepted("preferences.confirmed", "kp2mi-c2", {"preferences": names}, late)
    await driver.accepted("preferences.confirmed", "kp2mi-c2", {"preferences": []}, late + MINUTE)
    await driver.accepted("candidate.withdrawn", "kp2mi-c3", {}, late)
    await driver.candidates({"kp2mi-c9": BOTH}, late)
    await driver.freeze()
    rows = await driver.rows("SELECT candidate, preferences FROM round_candidate ORDER BY 1")
    assert {row["candidate"]: tuple(row["preferences"]) for row in rows} == FIVE | {
        "kp2mi-c1": ("horizon-v2",)
    }
    assert await driver.rows("SELECT 1 FROM kept") == []


async def test_reasons_stay_in_the_schema_and_a_person_without_a_pair_is_told_so(driver: Driver) -> None:
    await driver.platform()
    await driver.open_round()
    await driver.candidates({"kp2mi-c0": ("horizon-hard",), "kp2mi-c1": BOTH})
    await driver.freeze()
    (frozen,) = driver.told("round.frozen")
    assert frozen.state.candidates == 1
    (row,) = await driver.rows("SELECT reasons, active FROM round_candidate WHERE candidate = 'kp2mi-c0'")
    assert "E_EDUCATION" in row["reasons"]
    assert not row["active"]
    await driver.draw()
    await driver.match()
    (missed,) = driver.told("match.missed")
    assert (missed.state.candidate, missed.state.eligible) == ("kp2mi-c0", 0)
    assert not any("E_EDUCATION" in fact.data.model_dump_json() for fact in driver.facts)


async def test_what_changes_after_the_freeze_alters_nothing(driver: Driver) -> None:
    await to_frozen(driver)
    await driver.hear(partnership(NB, "closed"), vacancy("horizon-v1", phase="withdrawn"), cap(NB, 1))
    await driver.accepted("candidate.withdrawn", "kp2mi-c5", {}, CLOSES + MINUTE)
    await driver.draw()
    await driver.match()
    assert len(driver.told("match.made")) == len(driver.told("offer.withdrawn")) == 3
    usage = driver.told("usage.changed")[-1].state
    assert (usage.held, usage.cap, usage.remaining, usage.over_cap) == (0, 1, 1, False)


async def test_a_missing_commitment_aborts_at_the_closing(driver: Driver) -> None:
    await driver.platform()
    await driver.report("round.announced", R1, round_data())
    await driver.passes(CLOSES + MINUTE)
    (aborted,) = driver.told("round.aborted")
    assert (aborted.reason, driver.jobs) == ("COMMITMENT_MISSING", {})


def round_data() -> dict[str, object]:
    return {
        "scope": [NB], "programme": "health/1", "closes_at": CLOSES, "reveal_by": REVEAL,
        "answer_by": ANSWER, "committers": ["kp2mi", "gnb"],
    }  # fmt: skip


async def test_a_round_whose_partnerships_closed_is_aborted_at_the_freeze(driver: Driver) -> None:
    await driver.platform()
    await driver.open_round()
    await driver.hear(partnership(NB, "closed"))
    await driver.freeze()
    assert [fact.reason for fact in driver.told("round.aborted")] == ["NO_PARTNERSHIP_OPEN"]


@pytest.mark.parametrize("pages", [0, 1, 2, 3, 4])
async def test_an_order_to_abort_ends_a_freeze_at_any_page(driver: Driver, pages: int) -> None:
    await driver.platform()
    await driver.open_round()
    await driver.candidates(FIVE)
    await driver.passes(CLOSES + MINUTE)
    for _ in range(pages):
        await driver.page("freeze", R1)
    await driver.accepted("abort.ordered", R1, {"reason": "WRONG_SCOPE"}, CLOSES + MINUTE)
    assert not await driver.page("freeze", R1)
    assert not driver.told("round.frozen")
    assert await driver.rows("SELECT 1 FROM round_candidate WHERE active") == []


async def publish(driver: Driver, at: datetime | None = None) -> RoundState:
    """The beacon that the round waits for, a minute after its time or when told; the drawn round."""
    world = await freezes_round(driver)
    number = world.awaits
    assert number is not None
    await driver.accepted("beacon.published", R1, beacon(number), at or LEAGUE.time(number) + MINUTE, "relay")
    drawn: RoundState = driver.told("round.drawn")[-1].state
    return drawn


async def freezes_round(driver: Driver) -> RoundState:
    async with driver.pool.acquire() as connection, connection.transaction():
        return (await freezes.load_round(connection, R1)).rounds[R1].state


def drawn_by_hand(driver: Driver) -> dict[str, Any]:
    """The published result computed anew from the public facts alone."""
    (frozen,), (drawn,) = driver.told("round.frozen"), driver.told("round.drawn")
    parts = [fact.model_dump(mode="json") for fact in driver.told("round.market_listed")]
    lists = listing.join(parts, ("nodes", "vacancies", "candidates"))
    draw = {"rho": drawn.state.rho, "signature": drawn.state.signature}
    made = market.market_of(frozen.market.model_dump(mode="json") | lists | {"draw": draw})
    assert made.snapshot == frozen.state.snapshot
    return dict(market.result_document(mechanism.match(made)))


async def test_a_beacon_named_at_the_freeze_draws_the_round(driver: Driver) -> None:
    await to_frozen(driver, lottery="drand", committers=[], chain="league")
    state = await freezes_round(driver)
    assert state.beacon_round == LEAGUE.first_from(CLOSES + 11 * MINUTE)
    await driver.passes(CLOSES + MINUTE)
    assert (await publish(driver)).drawn_from == state.beacon_round
    again = await driver.report("beacon.published", R1, beacon(state.beacon_round or 0), REVEAL, "other")
    assert codes(again) == [("NO_CHANGE", "/data/signature")]
    await driver.passes(REVEAL)
    await driver.finish("match", R1)
    (published,) = driver.told("round.published")
    assert drawn_by_hand(driver)["digest"] == published.state.digest


async def test_the_beacon_comes_late_enough_after_a_freeze_that_is_late(driver: Driver) -> None:
    await driver.rows(
        "INSERT INTO position (topic, partition, at) VALUES ('matching.reports', 0, $1)", CLOSES + 5 * MINUTE
    )
    await to_frozen(driver, lottery="drand", committers=[], chain="league")
    state = await freezes_round(driver)
    assert state.frozen_at == CLOSES + 5 * MINUTE
    assert state.beacon_round == LEAGUE.first_from(CLOSES + 16 * MINUTE)


async def test_a_freeze_held_up_before_its_last_page_names_another_beacon(driver: Driver) -> None:
    await driver.platform()
    await driver.open_round(lottery="drand", committers=[], chain="league")
    await driver.candidates(FIVE)
    await driver.passes(CLOSES + MINUTE)
    while (await driver.rows("SELECT 1 FROM round_work WHERE stage = 'name'")) == []:
        await driver.page("freeze", R1)
    job = driver.jobs["freeze", R1]
    prepared = await driver.work.prepare(driver.pool, job)
    late = CLOSES + 30 * MINUTE
    await driver.rows("INSERT INTO position (topic, partition, at) VALUES ('matching.reports', 0, $1)", late)
    async with driver.pool.acquire() as connection, connection.transaction():
        step = await driver.work.step(connection, job, prepared)
    assert (step.more, step.decided.facts) == (True, ())
    driver.jobs["freeze", R1] = replace(job, page=job.page + 1)
    await driver.finish("freeze", R1)
    assert driver.told("round.frozen")[0].state.beacon_round == LEAGUE.first_from(late + 11 * MINUTE)


async def test_with_a_clock_a_service_that_catches_up_names_no_beacon_of_the_past(driver: Driver) -> None:
    driver.work = MatchingJobs(b"s" * 32, driver.programmes, 4, CHAINS.values(), clock=True)
    await to_frozen(driver, lottery="drand", committers=[], chain="league")
    now = datetime.now(UTC)
    assert ((await freezes_round(driver)).beacon_at or CLOSES) > now + 9 * MINUTE


async def test_a_secret_not_shown_in_time_names_its_committer_and_a_beacon_draws(driver: Driver) -> None:
    await to_frozen(driver, chain="league")
    secret = {"secret": SECRETS["kp2mi"].hex()}
    await driver.accepted("secret.revealed", R1, secret, CLOSES + MINUTE, "kp2mi")
    await driver.passes(REVEAL + MINUTE)
    (defaulted,) = driver.told("round.defaulted")
    assert (defaulted.state.defaulted, defaulted.state.phase) == (("gnb",), "frozen")
    assert await driver.passes(REVEAL + MINUTE) == []
    drawn = await publish(driver)
    assert drawn.signature is not None
    await driver.passes(REVEAL + 20 * MINUTE)
    await driver.finish("match", R1)
    assert drawn_by_hand(driver)["digest"] == driver.told("round.published")[0].state.digest


async def test_without_any_beacon_the_round_ends_after_the_last_one_that_stands_in(driver: Driver) -> None:
    await to_frozen(driver, lottery="drand", committers=[], chain="league")
    for _ in range(3):
        assert not driver.told("round.aborted")
        state = await freezes_round(driver)
        await driver.passes((state.awaits_until or REVEAL) + MINUTE)
    assert [fact.reason for fact in driver.told("round.aborted")] == ["BEACON_MISSING"]
    assert await driver.rows("SELECT 1 FROM round_candidate WHERE active") == []
    assert await driver.passes(ANSWER) == []


async def test_an_order_from_before_the_beacon_ends_a_round_that_is_drawn_already(driver: Driver) -> None:
    await to_frozen(driver, lottery="drand", committers=[], chain="league")
    drawn = await publish(driver)
    assert drawn.beacon_at is not None
    order = {"reason": "WRONG_SCOPE"}
    late = await driver.report("abort.ordered", R1, order, drawn.beacon_at)
    assert codes(late) == [("WRONG_STATE", "/subject")]
    await driver.accepted("abort.ordered", R1, order, drawn.beacon_at - MINUTE)
    assert await driver.passes(REVEAL) == []


async def test_after_the_first_reveal_an_abort_comes_too_late_and_before_it_is_good(driver: Driver) -> None:
    await to_frozen(driver)
    await driver.draw()
    order = {"reason": "WRONG_SCOPE"}
    late = await driver.report("abort.ordered", R1, order, CLOSES + 2 * MINUTE)
    assert isinstance(late, Refused)
    assert codes(late) == [("WRONG_STATE", "/subject")]
    await driver.accepted("abort.ordered", R1, order, CLOSES + MINUTE / 2)
    assert await driver.passes(CLOSES + 2 * MINUTE) == []


async def test_a_second_round_over_the_same_cap_waits_and_gets_what_is_left(driver: Driver) -> None:
    await to_frozen(driver)
    await driver.open_round("kp2mi-r2")
    await driver.candidates({f"kp2mi-d{n}": BOTH for n in range(4)})
    assert [item.type for item in await driver.passes(CLOSES + MINUTE)] == ["round.closes_at"]
    assert ("freeze", "kp2mi-r2") not in driver.jobs
    await driver.draw()
    await driver.match()
    first, second, _ = (fact.state.id for fact in driver.told("offer.extended"))
    await driver.accepted("offer.declined", first, {}, REVEAL)
    await driver.passes(CLOSES + 2 * MINUTE)
    # What comes free after the mark waits for the round after it.
    await driver.accepted("offer.declined", second, {}, REVEAL)
    await driver.finish("freeze", "kp2mi-r2")
    parts = driver.told("round.market_listed")
    assert [node.remaining for node in parts[-1].nodes] == [1]
    rows = await driver.rows("SELECT candidate, reasons FROM round_candidate WHERE round_id = 'kp2mi-r2'")
    barred = {row["candidate"] for row in rows if "IN_OTHER_ROUND" in row["reasons"]}
    assert barred == set(FIVE)
    await driver.draw("kp2mi-r2")
    await driver.match("kp2mi-r2")
    assert await driver.rows("SELECT sum(held)::int AS held FROM tally") == [{"held": 2}]


async def test_who_has_accepted_an_offer_is_in_no_later_round(driver: Driver) -> None:
    await to_published(driver, most=5)
    for fact in driver.told("offer.extended"):
        await driver.accepted("offer.accepted", fact.state.id, {}, REVEAL)
    assert driver.told("round.settled")
    await driver.open_round("kp2mi-r2")
    await driver.passes(CLOSES + 3 * MINUTE)
    await driver.finish("freeze", "kp2mi-r2")
    rows = await driver.rows("SELECT reasons FROM round_candidate WHERE round_id = 'kp2mi-r2'")
    assert len(rows) == 5
    assert all("E_OFFER_HELD" in row["reasons"] for row in rows)


async def test_an_empty_round_is_published_and_settled(driver: Driver) -> None:
    await driver.platform()
    await driver.open_round()
    await driver.freeze()
    await driver.draw()
    await driver.match()
    assert [fact.type for fact in driver.facts if fact.subject == R1][-2:] == [
        "round.published",
        "round.settled",
    ]
