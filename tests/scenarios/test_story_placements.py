"""After acceptance: contracts, clearances, departures, work, fact by fact; the selection before a freeze."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from tests.scenarios.playing import NEW_BRUNSWICK, PARTNERSHIP, SECOND, Fact, Played

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]
CAP = 150
WHOLE = [
    "placement.contracted", "placement.clearance_granted", "placement.clearance_granted", "placement.cleared",
    "placement.departed", "placement.started",
]  # fmt: skip
DROPPED = {
    "CANCELLED_BY_EMPLOYER": WHOLE[:1],
    "CLEARANCE_REFUSED": [*WHOLE[:2], "placement.clearance_refused"],
    "ENDED_BY_WORKER": WHOLE[:5],
}


@pytest.fixture(scope="module")
def placements(story: Played) -> dict[str, list[Fact]]:
    """The facts of each placement, in their order."""
    names = {fact.subject for fact in story.facts if fact.noun == "placement"}
    return {name: story.about("placement", name) for name in names}


@pytest.fixture(scope="module")
def dropped(placements: dict[str, list[Fact]]) -> dict[str, Fact]:
    """The last facts of those who ended before work started, by why."""
    ends = [facts[-1] for facts in placements.values() if facts[-1].name == "placement.ended"]
    return {str(fact.state["ended_for"]): fact for fact in ends}


def test_every_accepted_offer_is_contracted_and_goes_its_whole_way_but_three(
    story: Played, placements: dict[str, list[Fact]]
) -> None:
    accepted = {name for name, facts in story.offers().items() if facts[-1].name == "offer.accepted"}
    assert set(placements) == accepted
    assert len(accepted) == CAP
    ways = Counter(tuple(fact.name for fact in facts) for facts in placements.values())
    assert ways == {tuple(WHOLE): CAP - 3} | {(*way, "placement.ended"): 1 for way in DROPPED.values()}


def test_the_three_who_drop_out_give_their_seats_back_once(story: Played, dropped: dict[str, Fact]) -> None:
    assert dropped.keys() == DROPPED.keys()
    assert not [fact for fact in dropped.values() if fact.state["seat_held"]]
    last = story.about("usage", f"{PARTNERSHIP}.2025-06-03")[-1].state
    assert (last["held"], last["remaining"]) == (CAP - 3, 3)


def test_who_was_cancelled_by_the_employer_is_rostered_anew_for_a_fresh_year(
    story: Played, dropped: dict[str, Fact]
) -> None:
    cancelled = dropped["CANCELLED_BY_EMPLOYER"]
    first, again = [
        fact
        for fact in story.about("candidate", cancelled.state["candidate"])
        if fact.name == "candidate.rostered"
    ]
    assert again.event["causationid"] == cancelled.event["causationid"]
    roster = again.state["roster"]
    starts, ends = (datetime.fromisoformat(roster[name]) for name in ("starts_at", "ends_at"))
    assert starts.date().isoformat() == cancelled.day == again.day
    assert (ends.year, ends.month, ends.day) == (starts.year + 1, starts.month, starts.day)
    assert first.state["roster"]["ends_at"] < roster["ends_at"]
    for why in ("CLEARANCE_REFUSED", "ENDED_BY_WORKER"):
        names = [fact.name for fact in story.about("candidate", dropped[why].state["candidate"])]
        assert names.count("candidate.rostered") == 1


def test_vacancies_are_filled_by_who_started_work(story: Played, placements: dict[str, list[Fact]]) -> None:
    started = Counter(
        facts[-1].state["vacancy"] for facts in placements.values() if facts[-1].name == "placement.started"
    )
    last = {name: story.about("vacancy", name)[-1] for name in started}
    assert {name: fact.state["filled"] for name, fact in last.items()} == started
    full = {name for name, fact in last.items() if fact.state["openings"] == started[name]}
    assert full == {"nb-hospitals-rn-1", "nb-hospitals-aide-1"}
    assert {name for name, fact in last.items() if fact.name == "vacancy.filled"} == full
    for name, number in started.items():
        told = [fact.state["filled"] for fact in story.about("vacancy", name)]
        assert told[-number:] == list(range(1, number + 1))
        assert last[name].event["causetopic"] == "matching.facts"


def test_the_employers_classes_are_tiers_of_the_public_market(story: Played) -> None:
    (parts,) = [fact.event["data"] for fact in story.named("round.market_listed") if _ours(fact)]
    tiers = Counter(one["tiers"]["ns-farms-1"] for one in parts["candidates"])
    example: dict[str, Any] = tomllib.loads((NEW_BRUNSWICK / "example.toml").read_text())
    (asked,) = [step["selection"] for act in example["act"] for step in act["step"] if "selection" in step]
    numbers = [one["number"] for one in asked["outcomes"]]
    assert 0 < tiers[2] <= numbers[0]
    assert 0 < tiers[1] <= numbers[1]
    assert tiers[0] > 0
    told = story.named("candidate.selection_recorded")
    assert len(told) == sum(numbers)
    assert {fact.event["data"]["vacancy"] for fact in told} == {"ns-farms-1"}
    other = [fact.event["data"] for fact in story.named("round.market_listed") if not _ours(fact)]
    assert {tier for part in other for one in part["candidates"] for tier in one["tiers"].values()} == {0}


def _ours(fact: Fact) -> bool:
    return any(one["node"] == SECOND for one in fact.event["data"]["vacancies"])
