"""Why an eligible place was not given; and that what is said to have changed it would have."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from cli.explain import standing
from cli.explain.known import Entered
from jembatan.contracts.matching.offers import Passed
from jembatan.contracts.matching.rounds import Cutoff
from services.matching.market import Market, Result, market_of
from services.matching.mechanism import match
from tests.unit.explain.made import ENGLISH, OWN, a_round, cutoff, entered, passed
from tests.unit.matching.made import NB
from tests.unit.mechanism.worlds import Document, document, with_candidate


def told(who: Entered, step: Passed, last: Cutoff | None = None, one_order: bool = True) -> list[str]:
    found = a_round(cutoffs={step.node: last} if last else {}, one_order=one_order)
    says, remedy = standing.refused(found, who, step)
    return [ENGLISH.say(message) for message in (*says, *remedy)]


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (passed("rn-1", no_room=True), "No place was free here when the round was fixed."),
        (passed("rn-1", NB, no_room=True), f"The cap of {NB} left no place when the round was fixed."),
    ],
)
def test_where_there_was_no_room_nothing_would_have_changed_it(step: Passed, sentence: str) -> None:
    assert told(entered(), step) == [sentence]


def test_a_higher_class_is_told_and_no_points_are_promised() -> None:
    lines = told(entered(score=90), passed("rn-1"), cutoff(10, tier=2))
    assert lines[1:] == ["All who got one stood before you: the lowest class among them was 2, yours is 0."]


def test_points_are_compared_within_a_class() -> None:
    lines = told(entered(tiers={"rn-1": 2}), passed("rn-1"), cutoff(70, tier=2))
    assert "the last of them had 70 points, you had 60." in lines[1]
    assert lines[2].startswith("11 more points")


def test_the_last_place_may_be_ones_own() -> None:
    lines = told(entered(), passed("rn-1", NB), cutoff(candidate=OWN, vacancy="rn-2"))
    assert lines[1:] == ["The last place under it is your own, at rn-2."]


def test_where_orders_differ_only_the_order_is_certain() -> None:
    lines = told(entered(), passed("rn-1"), cutoff(), one_order=False)
    assert lines[2] == "11 more points would have put you before the last of them."


def test_one_more_point_breaks_a_tie() -> None:
    lines = told(entered(), passed("rn-1"), cutoff(60))
    assert lines[1].endswith("had 60 points, as you had, and an earlier ticket in the lottery.")
    assert lines[2].startswith("1 more point, all else the same")


def in_one_order(rng: Random) -> Document:
    """A market in which each candidate has one tier and one score."""
    made = document(rng, people=6)
    for person in made["candidates"]:
        person["scores"] = dict.fromkeys(person["scores"], rng.randint(0, 3))
        person["tiers"] = dict.fromkeys(person["tiers"], rng.choice((0, 0, 1)))
    return made


def missing(market: Market, result: Result, name: str, step: Any) -> int | None:  # noqa: ANN401
    """How many points more are said to have given the place."""
    person = next(one for one in market.candidates if one.id == name)
    who = Entered(name, person.preferences, next(iter(person.scores.values())), person.tiers)
    found = a_round(
        cutoffs={place: Cutoff.model_validate(last._asdict()) for place, last in result.cutoffs.items()}
    )
    over = Passed(vacancy=step.vacancy, node=step.node, no_room=step.before is None)
    _, remedy = standing.refused(found, who, over)
    return int(remedy[0].values["number"]) if remedy else None  # type: ignore[arg-type]


def raised(market: Market, name: str, points: int) -> Market:
    person = next(one for one in market.candidates if one.id == name)
    scores = {vacancy: score + points for vacancy, score in person.scores.items()}
    return with_candidate(market, person.model_copy(update={"scores": scores}))


def test_so_many_points_more_would_have_given_the_place_or_one_higher() -> None:
    tried = 0
    for seed in range(700):
        market = market_of(in_one_order(Random(seed)))
        result = match(market)
        for name, steps in result.passed_over.items():
            wished = next(one.preferences for one in market.candidates if one.id == name)
            for step in steps:
                points = missing(market, result, name, step)
                if points is None:
                    continue
                tried += 1
                got = match(raised(market, name, points)).matches.get(name)
                assert got is not None and wished.index(got) <= wished.index(step.vacancy), (seed, name)
    assert tried > 500


def test_where_orders_differ_so_many_points_may_not_be_enough() -> None:
    """Why nothing is promised then: the newcomer sets off moves that come back to them."""
    people = [
        {"id": "p", "preferences": ["v", "w"], "scores": {"v": 5, "w": 9}},
        {"id": "q", "preferences": ["w", "v"], "scores": {"v": 9, "w": 5}},
        {"id": "c", "preferences": ["v"], "scores": {"v": 4}},
    ]
    market = market_of(
        {
            "format": "jembatan.market/1", "round_id": "r1", "candidates": people,
            "nodes": [{"id": "N", "parent": None, "remaining": None}],
            "vacancies": [{"id": name, "node": "N", "openings": 1} for name in ("v", "w")],
            "draw": {"rho": "0" * 64},
        }
    )  # fmt: skip
    assert match(market).matches == {"p": "v", "q": "w"}
    assert match(market).cutoffs["v"].score == 5
    assert match(raised(market, "c", 2)).matches == {"p": "w", "q": "v"}


def test_a_round_without_a_frame_has_no_numbers_of_places() -> None:
    found = replace(a_round(), frame=None)
    assert standing.room(found, "rn-1") is None
    assert [standing.room(a_round(), place) for place in ("rn-1", NB, "ID", "x")] == [2, 7, 9, None]
