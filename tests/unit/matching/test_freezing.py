"""The freeze: what it fixes, who enters with which pairs, and the listings."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from jembatan.contracts.matching.rounds import MarketListed, ResultListed
from jembatan.contracts.refusal import Reason
from services.matching import computing, lottery
from services.matching.domain import freezing, listing
from services.matching.domain.world import Tally, World
from tests.unit.matching.made import (
    CLOSES,
    NB,
    NS,
    SECRETS,
    Plain,
    candidate,
    cap,
    frame_of,
    partnership,
    round_state,
    vacancy,
    world,
)

SECRET = b"s" * 32
STATE = round_state(scope=[NB, NS])
VACANCIES = (
    vacancy("v1"),
    vacancy("v2", openings=2),
    vacancy("hard"),
    vacancy("ns", NS),
    vacancy("shut", phase="closed"),
)
ELSEWHERE = (Reason(code="IN_OTHER_ROUND", detail="The round kp2mi-r0 is not settled yet."),)


def full() -> World:
    return world(caps=(cap(NB, 3), cap("ID", 9)), vacancies=VACANCIES)


def frame(seats: dict[str, int] | None = None, before: World | None = None) -> freezing.Frame:
    return frame_of(before or full(), STATE, seats)


def test_the_frame_holds_posted_vacancies_of_open_partnerships_with_what_is_free() -> None:
    before = full()
    before.tallies = {("r0", NB): Tally(CLOSES, 2)}
    fixed = frame({"v2": 3, "v1": 1}, before)
    assert {one.id: (one.node, one.openings) for one in fixed.listed()} == {
        "hard": (NB, 5), "ns": (NS, 5), "v1": (NB, 4), "v2": (NB, 0),
    }  # fmt: skip
    assert {one.id: one.remaining for one in fixed.nodes} == {"ID": 7, NB: 1, NS: None}
    assert fixed.left_out["shut"].code == "E_VACANCY_NOT_POSTED"


def test_a_partnership_that_is_not_open_is_left_out_with_its_vacancies() -> None:
    before = full()
    before.put_partnership(partnership(NS, "suspended"))
    fixed = frame(before=before)
    assert NS not in {node.id for node in fixed.nodes}
    assert fixed.left_out["ns"].code == "E_PARTNERSHIP_NOT_OPEN"


def test_a_round_without_an_open_partnership_is_unfit() -> None:
    before = full()
    for name in (NB, NS):
        before.put_partnership(partnership(name, "closed"))
    unfit = freezing.mark(before, STATE)
    assert isinstance(unfit, freezing.Unfit)
    assert unfit.code == "NO_PARTNERSHIP_OPEN"


def test_a_round_under_crossing_caps_is_unfit_and_names_them() -> None:
    before = full()
    before.put_cap(cap("any:CA-NB", 4))
    unfit = freezing.mark(before, STATE)
    assert isinstance(unfit, freezing.Unfit)
    assert unfit.code == "CAPS_NOT_LAMINAR"
    assert "any:CA-NB" in unfit.detail


def enter(
    *wished: str, phase: str = "rostered", score: int = 3, bars: tuple[Reason, ...] = ()
) -> freezing.Entry | None:
    row = candidate("kp2mi-c1", *wished, phase=phase, score=score)
    return freezing.enter(STATE, frame(), Plain(), row, bars, SECRET)


def test_a_candidate_enters_with_eligible_pairs_in_order() -> None:
    entry = enter("v2", "other", "hard", "shut", "v1", score=0)
    assert entry is not None
    assert entry.preferences == ("v2", "v1")
    assert {name: [one.code for one in found] for name, found in entry.reasons.items()} == {
        "hard": ["E_EDUCATION"], "shut": ["E_VACANCY_NOT_POSTED"],
    }  # fmt: skip


@pytest.mark.parametrize("phase", ["registered", "delisted"])
def test_who_is_out_of_the_roster_does_not_enter(phase: str) -> None:
    assert enter("v1", phase=phase) is None


@pytest.mark.parametrize("wished", [(), ("other",)])
def test_who_wants_nothing_in_scope_does_not_enter(wished: tuple[str, ...]) -> None:
    assert enter(*wished) is None


def test_who_is_in_another_round_enters_with_no_pair_and_all_reasons() -> None:
    entry = enter("hard", "v1", score=0, bars=ELSEWHERE)
    assert entry is not None
    assert (entry.preferences, entry.score) == ((), 0)
    assert [one.code for one in entry.reasons["hard"]] == ["IN_OTHER_ROUND", "E_EDUCATION"]
    assert [one.code for one in entry.reasons["v1"]] == ["IN_OTHER_ROUND"]


def test_references_are_of_one_round_and_one_secret() -> None:
    made = freezing.reference(SECRET, "r1", "c1")
    others = [
        freezing.reference(*args)
        for args in ((b"t" * 32, "r1", "c1"), (SECRET, "r2", "c1"), (SECRET, "r1", "c2"))
    ]
    assert made not in others
    assert len(made) == 34
    assert made == freezing.reference(SECRET, "r1", "c1")


def people(
    number: int, wished: Sequence[str] = ("v1", "v2")
) -> list[tuple[str, Sequence[str], dict[str, int], int]]:
    return [(f"r-{n:032x}", wished, {"v1": n % 2}, n % 7) for n in range(number)]


def market(number: int) -> tuple[dict[str, object], computing.Listing, str]:
    header = freezing.header(STATE, None).model_dump(mode="json")
    fixed = frame()
    nodes, vacancies = (
        [one.model_dump(mode="json") for one in many] for many in (fixed.nodes, fixed.listed())
    )
    listed = computing.freeze(nodes, vacancies, people(number))
    return header, listed, computing.name(header, listed.parts)


def test_listed_parts_are_small_and_make_the_frozen_market_again() -> None:
    header, listed, snapshot = market(9_000)
    assert len(listed.parts) > 2
    assert [part["part"] for part in listed.parts] == list(range(1, len(listed.parts) + 1))
    facts = [MarketListed.model_validate(part) for part in listed.parts]
    assert all(len(fact.model_dump_json()) < 512 * 1024 for fact in facts)
    through_facts = [fact.model_dump(mode="json") for fact in facts]
    draw = {"rho": lottery.rho(SECRETS, snapshot)}
    matched = computing.match(header, through_facts, draw, snapshot)
    # Three seats under NB's cap of 3: v1 has 5 openings and v2 has 2.
    assert len(matched.matches) == 3
    assert set(matched.cutoffs) >= {NB}
    assert len(matched.passed_over) == 9_000 - sum(v == "v1" for v in matched.matches.values())


def test_a_market_that_is_not_the_frozen_one_is_not_matched() -> None:
    header, listed, snapshot = market(5)
    listed.parts[0]["candidates"][0]["scores"]["v1"] += 1
    with pytest.raises(ValueError, match="snapshot"):
        computing.match(header, listed.parts, {"rho": "ab" * 32}, snapshot)


def test_an_empty_market_has_one_part_and_an_empty_result() -> None:
    header, listed, snapshot = market(0)
    assert (len(listed.parts), listed.candidates) == (1, 0)
    matched = computing.match(header, listed.parts, {"rho": "ab" * 32}, snapshot)
    assert (matched.parts, matched.matches) == ([{"part": 1}], {})
    assert ResultListed.model_validate(matched.parts[0]).matches == {}


def test_parts_of_a_result_join_to_the_whole() -> None:
    matches: dict[str, object] = {f"r-{n}": "v" * 60 for n in range(20_000)}
    tables: dict[str, dict[str, object]] = {"matches": matches, "cutoffs": {"v1": {"x": 1}}}
    parts = listing.result_parts(tables)
    joined: dict[str, dict[str, object]] = {"matches": {}, "cutoffs": {}}
    for part in parts:
        for name in joined:
            joined[name] |= part.get(name, {})
    assert len(parts) > 1
    assert joined == tables
