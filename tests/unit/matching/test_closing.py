"""A round's deadlines, state by state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from jembatan.contracts.deciding import Decided, Input, NewJob, Outcome
from jembatan.contracts.matching.rounds import RoundFact, RoundState
from services.matching.domain import closing, rounds
from services.matching.domain.world import Busy, RoundRow, World
from tests.unit.matching.made import (
    CLOSES,
    COMMITMENTS,
    NB,
    NS,
    REVEAL,
    SECRETS,
    cap,
    deadline,
    names,
    round_state,
    told,
    world,
)

R1 = "kp2mi-r1"
LATER = timedelta(seconds=1)
SNAPSHOT = "12" * 32
FROZEN: dict[str, Any] = {"phase": "frozen", "commitments": COMMITMENTS, "snapshot": SNAPSHOT, "parts": 1}
SHOWN = {name: secret.hex() for name, secret in SECRETS.items()}
PHASES = ("open", "frozen", "drawn", "published", "settled", "aborted")


def evolved(before: World, outcome: Outcome, item: Input) -> RoundState:
    assert isinstance(outcome, Decided)
    for data in (*(fact.data for fact in outcome.facts), *outcome.notes):
        assert isinstance(data, RoundFact | rounds.FreezeBegun | rounds.MatchBegun)
        rounds.evolve(before, data, item)
    return before.rounds[R1].state


READY = RoundRow(round_state(commitments=COMMITMENTS))


def close(before: World) -> Outcome:
    return closing.close(before, deadline("round.closes_at", R1, CLOSES))


def test_a_closed_round_is_frozen_once() -> None:
    before = world(READY)
    outcome = close(before)
    assert isinstance(outcome, Decided)
    assert (outcome.facts, outcome.jobs) == ((), (NewJob("freeze", R1, CLOSES),))
    evolved(before, outcome, deadline("round.closes_at", R1, CLOSES))
    assert before.rounds[R1].freezing
    assert close(before) == Decided()


def test_a_missing_commitment_aborts_and_names_the_committer() -> None:
    outcome = close(world(RoundRow(round_state(commitments={"gnb": COMMITMENTS["gnb"]}))))
    assert names(outcome) == ["round.aborted"]
    data = told(outcome)
    assert (data.reason, "kp2mi" in data.explanation) == ("COMMITMENT_MISSING", True)


@pytest.mark.parametrize(
    ("scope", "node", "most", "waits"),
    [
        ((NB,), None, None, True),
        ((NS,), None, None, False),
        ((NS,), "ID", 5, True),
        ((NS,), "ID", None, False),
        ((NS,), "ID:CA-NB", 5, False),
        (("PH:CA-NB:ISIC4-Q:G2G:1",), "any:CA-NB", 5, True),
    ],
)
def test_a_round_waits_for_another_over_its_caps(
    scope: tuple[str, ...], node: str | None, most: int | None, waits: bool
) -> None:
    before = world(READY, caps=(cap(node, most),) if node else ())
    before.busy["kp2mi-r0"] = Busy(scope, CLOSES)
    assert (close(before) == Decided()) is waits


def test_two_rounds_of_one_batch_do_not_both_freeze() -> None:
    other = round_state("kp2mi-r2", commitments=COMMITMENTS)
    before = world(READY, RoundRow(other))
    evolved(before, close(before), deadline("round.closes_at", R1, CLOSES))
    assert closing.close(before, deadline("round.closes_at", "kp2mi-r2", CLOSES)) == Decided()


def test_the_deadline_of_reveals_names_who_did_not_and_aborts() -> None:
    before = world(RoundRow(round_state(**FROZEN, secrets={"kp2mi": SHOWN["kp2mi"]})))
    item = deadline("round.reveal_by", R1, REVEAL)
    outcome = closing.end_waiting(before, item)
    assert names(outcome) == ["round.defaulted", "round.aborted"]
    state = evolved(before, outcome, item)
    assert (state.defaulted, state.aborted_for) == (("gnb",), "SECRET_MISSING")


def test_a_round_not_frozen_in_time_blames_nobody() -> None:
    outcome = closing.end_waiting(world(RoundRow(READY.state, freezing=True)), deadline("", R1, REVEAL))
    assert names(outcome) == ["round.aborted"]
    assert told(outcome).reason == "NOT_FROZEN_IN_TIME"


@pytest.mark.parametrize("phase", ["drawn", "published", "settled", "aborted"])
@pytest.mark.parametrize("rule", [closing.close, closing.end_waiting])
def test_deadlines_that_no_longer_apply_change_nothing(
    rule: Callable[[World, Input], Outcome], phase: str
) -> None:
    assert rule(world(RoundRow(round_state(phase=phase))), deadline("", R1, REVEAL)) == Decided()
    assert rule(world(), deadline("", R1, REVEAL)) == Decided()


def test_the_match_begins_once() -> None:
    before = world(RoundRow(round_state(phase="drawn"), first_reveal=REVEAL))
    item = deadline("round.last_reveal", R1, REVEAL)
    outcome = closing.begin_match(before, item)
    assert isinstance(outcome, Decided)
    assert outcome.jobs == (NewJob("match", R1, REVEAL),)
    evolved(before, outcome, item)
    assert closing.begin_match(before, item) == Decided()
