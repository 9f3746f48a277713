"""The story's candidates, rounds, offers and seats, fact by fact."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from itertools import accumulate
from typing import Any

import pytest

from tests.scenarios.playing import NEW_BRUNSWICK, PARTNERSHIP, Played, jembatan
from tests.scenarios.rules import ORDERS, reasons
from tests.support.platform import query

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]
FIRST, SECOND_ROUND = "kp2mi-2025-1", "kp2mi-2026-1"
CAP = 150


@pytest.fixture(scope="module")
def parameters() -> dict[str, Any]:
    return tomllib.loads((NEW_BRUNSWICK / "candidates.toml").read_text())


@pytest.fixture(scope="module")
def entrants(story: Played) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Evidence and list of each who confirmed preferences for New Brunswick, from the reports alone."""
    evidence, wished = {}, {}
    for report in story.reports:
        name = report["type"].split("report.")[1]
        if name == "candidate.registered.v1":
            evidence[report["subject"]] = report["data"]["evidence"]
        elif name == "preferences.confirmed.v1":
            wished[report["subject"]] = report["data"]["preferences"]
    return {who: (evidence[who], wishes) for who, wishes in wished.items() if set(wishes) <= ORDERS.keys()}


def test_numbers_of_candidates_are_those_of_the_file(story: Played, parameters: dict[str, Any]) -> None:
    number = sum(group["number"] for group in parameters["group"])
    kept = number - parameters["turned_down"]
    count = Counter(fact.name for fact in story.facts if fact.subject.startswith("reg-h-"))
    assert count["candidate.registered"] == number
    verified = [f for f in story.named("candidate.rostered") if "phase" in f.event["data"]["changed"]]
    health = [fact for fact in verified if fact.subject.startswith("reg-h-")]
    assert len(health) == count["candidate.preferences_confirmed"] == kept
    rejected = [f for f in story.named("candidate.delisted") if f.event["data"]["reason"] == "REJECTED"]
    assert len(rejected) == parameters["turned_down"]


def test_eligible_are_those_whom_the_rules_said_again_let_in(
    story: Played, entrants: dict[str, tuple[dict[str, Any], list[str]]]
) -> None:
    expected = {
        who: sum(not reasons(evidence, vacancy) for vacancy in wishes)
        for who, (evidence, wishes) in entrants.items()
    }
    found = {
        fact.state["candidate"]: fact.state["eligible"]
        for fact in story.named("match.made", "match.missed")
        if fact.state["round"] == FIRST
    }
    assert found == expected


def test_reasons_kept_are_the_rules_said_again_and_fail_for_one_two_and_three(
    story: Played, entrants: dict[str, tuple[dict[str, Any], list[str]]], parameters: dict[str, Any]
) -> None:
    rows = query(
        story.postgres,
        "SELECT candidate, v.key AS vacancy, array(SELECT jsonb_array_elements(v.value) ->> 'code') AS codes "
        "FROM matching.round_candidate, jsonb_each(reasons) AS v WHERE round_id = $1",
        FIRST,
    )
    found = {(row["candidate"], row["vacancy"]): sorted(row["codes"]) for row in rows}
    expected = {
        (who, vacancy): sorted(against)
        for who, (evidence, wishes) in entrants.items()
        for vacancy in wishes
        if (against := reasons(evidence, vacancy))
    }
    assert found == expected
    fewest = [min(len(reasons(e, v)) for v in wishes) for e, wishes in entrants.values()]
    share = parameters["lacking"]
    total = sum(group["number"] for group in parameters["group"])
    sizes = {size: fewest.count(size) for size in (1, 2, 3)}
    assert sizes == {
        1: total * share["one"] // 100,
        2: total * share["two"] // 100,
        3: total * share["three"] // 100,
    }


def test_more_are_eligible_than_there_are_seats_and_the_cap_binds(story: Played) -> None:
    (published,) = [fact for fact in story.named("round.published") if fact.subject == FIRST]
    assert published.state["matched"] == CAP
    assert published.event["data"]["cutoffs"].keys() == {PARTNERSHIP}
    missed = [
        f.state for f in story.named("match.missed") if f.state["round"] == FIRST and f.state["eligible"]
    ]
    assert len(missed) > 100
    assert all(state["passed_over"] for state in missed)
    assert {PARTNERSHIP} <= {passed["node"] for state in missed for passed in state["passed_over"]}
    taken = Counter(f.state["vacancy"] for f in story.named("match.made") if f.state["round"] == FIRST)
    openings = {f.subject: f.state["openings"] for f in story.named("vacancy.posted")}
    assert all(number <= openings[vacancy] for vacancy, number in taken.items())
    assert sum(openings[vacancy] for vacancy in ORDERS) > CAP


def test_cap_holds_in_every_prefix_of_the_topic(story: Played) -> None:
    told = [fact.state for fact in story.about("usage", f"{PARTNERSHIP}.2025-06-03")]
    assert max(state["held"] for state in told) == CAP
    assert all(state["held"] <= state["cap"] and not state["over_cap"] for state in told)
    assert all(state["remaining"] == state["cap"] - state["held"] for state in told)
    facts = [fact for facts in story.offers().values() for fact in facts]
    moves = [_seat(fact.name) for fact in sorted(facts, key=lambda f: (f.event["time"], -_seat(f.name)))]
    assert max(accumulate(moves)) == CAP


def _seat(name: str) -> int:
    return {"offer.extended": 1, "offer.declined": -1, "offer.lapsed": -1}.get(name, 0)


def test_one_declines_one_lapses_and_the_seats_come_back_and_are_filled(story: Played) -> None:
    ends = {name: facts[-1] for name, facts in story.offers().items()}
    assert Counter(fact.name for fact in ends.values()) == {
        "offer.accepted": CAP, "offer.declined": 1, "offer.lapsed": 1,
    }  # fmt: skip
    (declined,) = [fact for fact in ends.values() if fact.name == "offer.declined"]
    (lapsed,) = [fact for fact in ends.values() if fact.name == "offer.lapsed"]
    assert (declined.state["reason"], declined.day) == ("FAMILY", "2025-11-24")
    assert (lapsed.state["round"], lapsed.state["ended_at"][:10]) == (FIRST, "2025-12-15")
    held = [fact.state["held"] for fact in story.about("usage", f"{PARTNERSHIP}.2025-06-03")]
    after = held[held.index(CAP) :]
    # The second round's two seats are taken by two pages of its publication.
    assert [one for one, before in zip(after, [None, *after], strict=False) if one != before] == [
        150, 149, 148, 149, 150, 149, 148, 147,
    ]  # fmt: skip
    settled = {fact.subject: fact.event["data"]["answers"] for fact in story.named("round.settled")}
    assert settled == {
        FIRST: {"accepted": 148, "declined": 1, "lapsed": 1, "withdrawn": 0},
        SECOND_ROUND: {"accepted": 2, "declined": 0, "lapsed": 0, "withdrawn": 0},
    }


def test_lottery_can_be_recomputed_from_the_public_topic(story: Played) -> None:
    for name in (FIRST, SECOND_ROUND):
        (drawn,) = [fact for fact in story.named("round.drawn") if fact.subject == name]
        secrets = {who: bytes.fromhex(secret) for who, secret in drawn.state["secrets"].items()}
        assert {w: hashlib.sha256(s).hexdigest() for w, s in secrets.items()} == drawn.state["commitments"]
        joined = b"".join(secrets[who] for who in sorted(secrets)) + bytes.fromhex(drawn.state["snapshot"])
        assert drawn.state["rho"] == hashlib.sha256(joined).hexdigest()


@pytest.mark.parametrize("name", [FIRST, SECOND_ROUND])
def test_anyone_can_verify_a_round_from_the_public_topic(story: Played, name: str) -> None:
    ran = jembatan("verify", "--round", name, "--json", "--kafka", story.kafka)
    told = json.loads(ran.stdout)
    assert (ran.returncode, told["verified"], told["notes"]) == (0, True, [])
