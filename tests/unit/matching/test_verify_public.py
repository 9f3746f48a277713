"""A round is verified from its public facts, and whatever is changed in them is found and said."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.matching.verifying.facts import Fact
from services.matching.verifying.public import verify_round
from tests.support.beacons import LEAGUE, sign
from tests.unit.matching import public_rounds
from tests.unit.matching.made import CHAINS, CLOSES, NB, SECRETS
from tests.unit.matching.public_rounds import R1

KINDS = {
    "secrets": public_rounds.by_secrets,
    "beacon": public_rounds.by_beacon,
    "default": public_rounds.by_default,
}
TOLD = {kind: make() for kind, make in KINDS.items()}
MINUTE = timedelta(minutes=1)


def difference(facts: list[Fact]) -> str | None:
    return verify_round(R1, facts, CHAINS.values()).verdict.difference


def facts_of(kind: str) -> list[Fact]:
    return copy.deepcopy(TOLD[kind])


def one(facts: list[Fact], name: str) -> Any:  # noqa: ANN401
    """The data of the only fact of a type, to be tampered with."""
    (found,) = (fact.data for fact in facts if fact.name == name)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_round_as_it_was_is_verified_in_any_order(kind: str) -> None:
    found = verify_round(R1, facts_of(kind), CHAINS.values())
    assert found.verdict.difference is None
    assert {check.name for check in found.verdict.checks} >= {
        "facts", "beacon", "listings", "snapshot", "draw", "tickets", "matches", "passed_over", "cutoffs",
        "stability", "digest",
    }  # fmt: skip
    assert found.verdict.notes == ()
    assert difference(facts_of(kind)[::-1]) is None


@pytest.mark.parametrize("kind", KINDS)
def test_each_fact_that_is_missing_is_missed(kind: str) -> None:
    for place in range(len(TOLD[kind]) - 1):
        facts = facts_of(kind)
        gone = facts.pop(place)
        assert f"fact {gone.sequence} is missing" in str(difference(facts))


@pytest.mark.parametrize("kind", KINDS)
def test_a_fact_left_out_is_missed_though_the_others_are_numbered_anew(kind: str) -> None:
    for place in range(len(TOLD[kind]) - 1):
        facts = facts_of(kind)
        gone = facts.pop(place)
        renumbered = [replace(fact, sequence=number) for number, fact in enumerate(facts, 1)]
        # That a commitment, a secret or a default was told by itself is not needed: later states carry it.
        if gone.name not in ("round.committed", "round.revealed"):
            assert difference(renumbered) is not None, gone.name


def test_a_fact_that_is_there_twice_is_told() -> None:
    facts = facts_of("beacon")
    assert "fact 2 is there twice" in str(difference([*facts, facts[1]]))


def set_(name: str, *path: Any, value: Any) -> Callable[[list[Fact]], None]:  # noqa: ANN401
    """Tamper with one value of a fact, and with the same value of the round's later states."""

    def tamper(facts: list[Fact]) -> None:
        place = next(number for number, fact in enumerate(facts) if fact.name == name)
        for fact in facts[place:]:
            here: Any = fact.data
            if fact.name == name or (path[0] == "state" and "state" in here):
                for step in path[:-1]:
                    here = here[step]
                here[path[-1]] = value(here[path[-1]]) if callable(value) else value

    return tamper


def score(parts: Any) -> Any:  # noqa: ANN401
    parts[3]["scores"]["v2"] += 1
    return parts


def ticket(cutoffs: Any) -> Any:  # noqa: ANN401
    cutoffs[NB]["ticket"] = "0" * 64
    return cutoffs


def unmatched(matches: Any) -> Any:  # noqa: ANN401
    who, where = next(iter(matches.items()))
    other = next(name for name, *_ in public_rounds.PEOPLE if name not in matches)
    return {name: vacancy for name, vacancy in matches.items() if name != who} | {other: where}


def behead(table: Any) -> Any:  # noqa: ANN401
    return dict(list(table.items())[1:])


OTHER = "ab" * 32
LATER_BEACON = sign(LEAGUE.first_from(CLOSES + 40 * MINUTE))
EVERY = [
    ("score", set_("round.market_listed", "candidates", value=score), "the snapshot"),
    ("candidate", set_("round.market_listed", "candidates", value=lambda many: many[1:]), "list 11"),
    ("cap", set_("round.market_listed", "nodes", 0, "remaining", value=5), "the snapshot"),
    ("twice", set_("round.market_listed", "candidates", value=lambda many: [*many, many[0]]), "2 times"),
    ("part", set_("round.market_listed", "part", value=2), "part 1 of 1 is there 0 times"),
    ("parts", set_("round.frozen", "state", "parts", value=2), "part 2 of 2"),
    ("snapshot", set_("round.frozen", "state", "snapshot", value="ab" * 32), "the snapshot"),
    ("header", set_("round.frozen", "market", "rules", value={"mechanism": "other"}), "the snapshot"),
    ("extra", set_("round.frozen", "market", "more", value=1), "more"),
    ("as_of", set_("round.frozen", "market", "as_of", value="2026-01-12T00:00:00Z"), "as_of"),
    ("rho", set_("round.drawn", "state", "rho", value="ab" * 32), "rho"),
    ("redrawn", set_("round.published", "state", "rho", value="ab" * 32), "`rho` was"),
    ("scope", set_("round.frozen", "state", "scope", value=["other"]), "`scope` was"),
    ("ticket", set_("round.result_listed", "cutoffs", value=ticket), "cut-off"),
    ("match", set_("round.result_listed", "matches", value=unmatched), "candidate"),
    ("passed", set_("round.result_listed", "passed_over", value=behead), "candidate"),
    ("digest", set_("round.published", "state", "digest", value="ab" * 32), "the digest"),
    ("matched", set_("round.published", "state", "matched", value=3), "the facts say 3 matches"),
    ("result part", set_("round.published", "state", "result_parts", value=0), "has a part 1"),
    ("phase", set_("round.drawn", "state", "phase", value="frozen"), "leads from frozen to frozen"),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("tamper", "said"), [case[1:] for case in EVERY], ids=[case[0] for case in EVERY])
def test_what_is_changed_is_found(kind: str, tamper: Callable[[list[Fact]], None], said: str) -> None:
    facts = facts_of(kind)
    tamper(facts)
    assert said in str(difference(facts))


@pytest.mark.parametrize(
    ("kind", "name", "path", "value", "said"),
    [
        ("secrets", "round.drawn", ("state", "secrets"), lambda some: some | {"gnb": OTHER}, "changed"),
        ("secrets", "round.frozen", ("market", "lottery", "commitments"), {"gnb": OTHER}, "commitments"),
        ("secrets", "round.frozen", ("state", "commitments"), {}, "changed"),
        ("beacon", "round.drawn", ("state", "signature"), LATER_BEACON, "the signature is not that"),
        ("beacon", "round.drawn", ("state", "drawn_from"), lambda number: number + 20, "waited for"),
        ("beacon", "round.drawn", ("state", "drawn_from"), None, "no beacon is named"),
        ("beacon", "round.frozen", ("state", "beacon_round"), 7, "beacon_round"),
        ("beacon", "round.frozen", ("state", "beacon_at"), "2026-01-12T00:00:00Z", "comes at"),
        ("beacon", "round.frozen", ("state", "frozen_at"), "2026-01-11T00:02:00Z", "ten minutes"),
        ("beacon", "round.frozen", ("state", "frozen_at"), None, "does not say when"),
        ("default", "round.drawn", ("state", "drawn_from"), lambda number: number + 40, "waited for"),
        ("default", "round.frozen", ("state", "reveal_by"), "2026-01-21T00:05:00Z", "`reveal_by` was"),
    ],
)
def test_what_is_changed_of_a_draw_is_found(
    kind: str,
    name: str,
    path: tuple[str, ...],
    value: Any,  # noqa: ANN401
    said: str,
) -> None:
    facts = facts_of(kind)
    set_(name, *path, value=value)(facts)
    assert said in str(difference(facts))


def test_a_secret_that_was_not_committed_to_is_found_in_a_round_that_fits_it_otherwise() -> None:
    facts = facts_of("secrets")
    other = SECRETS["gnb"].hex().replace("6", "7")
    for fact in facts:
        if fact.data.get("state", {}).get("secrets", {}).get("gnb"):
            fact.data["state"]["secrets"]["gnb"] = other
    assert difference(facts) == "the secret of gnb is not the one committed to"


@pytest.mark.parametrize(("late", "said"), [(12, "was public when"), (11, "was public when"), (1, None)])
def test_a_freeze_that_reached_the_broker_after_its_beacon_is_found(late: int, said: str | None) -> None:
    facts = [
        replace(fact, at=CLOSES + late * MINUTE) if fact.name == "round.frozen" else fact
        for fact in facts_of("beacon")
    ]
    found = difference(facts)
    assert (found is None) if said is None else said in str(found)


def test_a_draw_before_its_beacon_is_found() -> None:
    facts = [
        replace(fact, at=CLOSES + MINUTE) if fact.name == "round.drawn" else fact
        for fact in facts_of("beacon")
    ]
    assert "before its beacon came" in str(difference(facts))


def test_another_rounds_facts_are_not_this_ones() -> None:
    found = verify_round("kp2mi-r2", facts_of("beacon"), CHAINS.values())
    assert found.verdict.difference == f"the facts about kp2mi-r2 are of the round {R1}"


def test_a_chain_that_is_not_known_is_asked_for() -> None:
    assert "--chains FILE" in str(verify_round(R1, facts_of("beacon")).verdict.difference)


@pytest.mark.parametrize("count", range(1, 6))
def test_a_round_that_goes_on_is_not_verified_yet(count: int) -> None:
    assert "there is no result yet" in str(difference(facts_of("beacon")[:2]))
    assert difference(facts_of("secrets")[:count]) is not None


def test_an_aborted_round_says_why_it_has_no_result() -> None:
    played = public_rounds.Round(**public_rounds.DRAND)
    played.freeze()
    for _ in range(3):
        played.default()
    found = verify_round(R1, played.facts, CHAINS.values())
    assert (found.verdict.difference, found.state["phase"]) == (None, "aborted")
    assert found.verdict.notes == ("The round was aborted, BEACON_MISSING: it has no result.",)


def test_a_committer_alone_is_not_public() -> None:
    played = public_rounds.Round(committers=["gnb"])
    played.freeze()
    played.reveal("gnb")
    played.publish()
    verdict = verify_round(R1, played.facts, CHAINS.values()).verdict
    assert verdict.difference is None
    assert verdict.notes[0].startswith("NOT PUBLIC: gnb alone")
