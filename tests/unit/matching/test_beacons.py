"""The beacon of a round: named at the freeze, awaited, taken once, refused with every reason."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest

from jembatan.contracts.deciding import Decided, Outcome
from jembatan.contracts.matching.rounds import RoundState
from services.matching.domain import beacons, closing, committing, freezing, rounds
from services.matching.domain.beacons import PATIENCE
from services.matching.domain.world import RoundRow
from tests.support.beacons import LEAGUE, OTHER_KEY, beacon
from tests.unit.matching.made import (
    ANSWER,
    CHAINS,
    CLOSES,
    COMMITMENTS,
    REVEAL,
    SECRETS,
    codes,
    deadline,
    names,
    report,
    reporter,
    round_state,
    told,
    world,
)

R1 = "kp2mi-r1"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
DRAND: dict[str, Any] = {"lottery": "drand", "committers": [], "chain": LEAGUE.hash}
SECRET: dict[str, Any] = {"commitments": COMMITMENTS, "chain": LEAGUE.hash}
SHOWN = {name: secret.hex() for name, secret in SECRETS.items()}


def frozen(now: datetime = CLOSES, **changes: Any) -> RoundState:  # noqa: ANN401
    """A round as its freeze leaves it."""
    state = round_state(**(DRAND | changes))
    named = freezing.named(state, CHAINS, now)
    assert isinstance(named, beacons.Named)
    header = freezing.header(state, named)
    fact = rounds.frozen(state, header, snapshot="12" * 32, parts=1, **named.awaited(state))
    after: RoundState = fact.data.state  # type: ignore[attr-defined]
    assert header.lottery.beacon_round == after.beacon_round
    return after


def publish(state: RoundState, at: datetime | None = None, **data: Any) -> Outcome:  # noqa: ANN401
    """The report of the awaited beacon, a minute after its time, unless told otherwise."""
    shown = beacon(state.awaits or state.beacon_round or 1) | data
    at = at or LEAGUE.time(shown["round"]) + MINUTE
    item = report("beacon.published", R1, shown, at, by=reporter("relay"))
    return beacons.publish(world(RoundRow(state)), item, CHAINS)


def test_the_beacon_named_is_the_first_that_comes_late_enough() -> None:
    state = frozen(CLOSES + SECOND)
    first = state.beacon_round or 0
    assert state.beacon_at == LEAGUE.time(first)
    assert (
        state.beacon_at - CLOSES - SECOND
        >= beacons.LEAD + beacons.WAY
        > LEAGUE.time(first - 1) - CLOSES - SECOND
    )
    assert (state.fallbacks, state.awaits, state.frozen_at) == (
        (first + 20, first + 40),
        first,
        CLOSES + SECOND,
    )


def test_what_stands_in_for_a_secret_comes_after_the_choice_to_show_it() -> None:
    state = frozen(**SECRET | {"lottery": "commit-reveal", "committers": ["kp2mi", "gnb"]})
    assert state.beacon_at is not None
    assert state.beacon_at - REVEAL >= beacons.LEAD
    assert (state.awaits, state.awaits_until) == (None, None)


def test_a_beacon_that_would_come_too_soon_is_not_told() -> None:
    named = beacons.name(round_state(**DRAND), LEAGUE, CLOSES)
    assert named.holds(CLOSES + MINUTE)
    assert not named.holds(CLOSES + MINUTE + 4 * SECOND)


def test_a_chain_that_is_no_longer_known_draws_nothing() -> None:
    assert isinstance(freezing.named(round_state(**DRAND), {}, CLOSES), freezing.Unfit)
    assert freezing.named(round_state(**SECRET), {}, CLOSES) is None


def test_the_awaited_beacon_draws_the_lottery() -> None:
    state = frozen()
    outcome = publish(state)
    assert names(outcome) == ["round.drawn"]
    drawn = told(outcome).state
    signature = beacon(state.beacon_round or 0)["signature"]
    assert (drawn.phase, drawn.drawn_from, drawn.signature) == ("drawn", state.beacon_round, signature)
    assert drawn.rho == hashlib.sha256(bytes.fromhex(signature)).hexdigest()
    assert (drawn.awaits, drawn.beacon_at) == (None, state.beacon_at)


def test_the_match_waits_until_no_abort_can_be_in_time() -> None:
    state = frozen()
    before, at = world(RoundRow(state)), (state.beacon_at or CLOSES) + MINUTE
    item = report("beacon.published", R1, beacon(state.beacon_round or 0), at)
    outcome = beacons.publish(before, item, CHAINS)
    assert isinstance(outcome, Decided)
    rounds.evolve(before, told(outcome), item)
    assert before.rounds[R1].last_reveal == at
    order = report("abort.ordered", R1, {"reason": "WRONG_SCOPE"}, at=(state.beacon_at or CLOSES) - SECOND)
    assert names(committing.order_abort(before, order)) == ["round.aborted"]


FIRST = frozen().beacon_round or 0


@pytest.mark.parametrize(
    ("data", "at", "found"),
    [
        (beacon(FIRST, OTHER_KEY), None, ["BEACON_NOT_SIGNED"]),
        ({"signature": beacon(FIRST + 1)["signature"]}, None, ["BEACON_NOT_SIGNED"]),
        ({"chain": "ab" * 32}, None, ["BEACON_OTHER_CHAIN"]),
        (beacon(FIRST - 1), None, ["BEACON_NOT_AWAITED"]),
        (beacon(FIRST + 20), None, ["BEACON_NOT_AWAITED"]),
        (beacon(LEAGUE.first_from(CLOSES - MINUTE)), None, ["BEACON_PUBLIC_AT_FREEZE"]),
        (beacon(LEAGUE.first_from(CLOSES)), None, ["BEACON_PUBLIC_AT_FREEZE"]),
        ({}, LEAGUE.time(FIRST) - SECOND, ["BEACON_TOO_EARLY"]),
        (beacon(FIRST + 20), CLOSES, ["BEACON_NOT_AWAITED", "BEACON_TOO_EARLY"]),
        ({}, REVEAL + SECOND, ["BEACON_TOO_LATE"]),
    ],
)
def test_beacons_that_do_not_draw(data: dict[str, Any], at: datetime | None, found: list[str]) -> None:
    assert [code for code, _ in codes(publish(frozen(), at, **data))] == found


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"phase": "open"}, "WRONG_STATE"),
        ({"phase": "aborted"}, "WRONG_STATE"),
        ({"phase": "drawn", "rho": "ab" * 32, "drawn_from": FIRST, "signature": "ab" * 48}, "WRONG_STATE"),
        ({"phase": "published", "rho": "ab" * 32}, "WRONG_STATE"),
        ({"chain": None}, "BEACON_OTHER_CHAIN"),
        ({"chain": "cd" * 32}, "BEACON_OTHER_CHAIN"),
    ],
)
def test_rounds_that_no_beacon_draws(changes: dict[str, Any], code: str) -> None:
    assert [one for one, _ in codes(publish(frozen().model_copy(update=changes)))] == [code]


def test_a_lottery_is_drawn_once_and_a_repeat_changes_nothing() -> None:
    drawn = told(publish(frozen())).state
    at = (drawn.beacon_at or CLOSES) + MINUTE
    assert codes(publish(drawn, at, **beacon(drawn.drawn_from))) == [("NO_CHANGE", "/data/signature")]
    assert codes(publish(drawn, at + MINUTE, **beacon(drawn.fallbacks[0]))) == [("WRONG_STATE", "/subject")]


def test_there_is_no_beacon_of_a_round_that_is_none() -> None:
    item = report("beacon.published", "kp2mi-none", beacon(1))
    assert codes(beacons.publish(world(), item, CHAINS)) == [("UNKNOWN_SUBJECT", "/subject")]


def passed(state: RoundState) -> Outcome:
    """The watermark passes the time when the draw is due."""
    return closing.end_waiting(
        world(RoundRow(state)), deadline("round.reveal_by", R1, rounds.draw_due(state))
    )


def test_two_beacons_stand_in_one_after_the_other_and_then_the_round_ends() -> None:
    state = frozen()
    assert state.awaits_until == REVEAL
    for number in state.fallbacks:
        outcome = passed(state)
        assert names(outcome) == ["round.defaulted"]
        before, state = state, told(outcome).state
        assert (state.awaits, state.awaits_until) == (number, rounds.draw_due(before) + PATIENCE)
        late = publish(state, rounds.draw_due(before) + SECOND, **beacon(before.awaits or 0))
        assert [code for code, _ in codes(late)] == ["BEACON_NOT_AWAITED"]
        assert names(publish(state, state.awaits_until)) == ["round.drawn"]
    assert names(passed(state)) == ["round.defaulted", "round.aborted"]
    assert told(passed(state), 1).reason == "BEACON_MISSING"


def test_a_deadline_that_moved_on_changes_nothing() -> None:
    after = told(passed(frozen())).state
    item = deadline("round.reveal_by", R1, REVEAL)
    assert closing.end_waiting(world(RoundRow(after)), item) == Decided()


def secret_round(**changes: Any) -> RoundState:  # noqa: ANN401
    return frozen(**SECRET | {"lottery": "commit-reveal", "committers": ["kp2mi", "gnb"]} | changes)


def test_a_secret_not_shown_names_its_committer_and_a_beacon_draws() -> None:
    state = secret_round(secrets={"kp2mi": SHOWN["kp2mi"]})
    assert [code for code, _ in codes(publish(state))] == ["BEACON_NOT_AWAITED"]
    outcome = passed(state)
    assert names(outcome) == ["round.defaulted"]
    after = told(outcome).state
    assert (after.defaulted, after.awaits, after.phase) == (("gnb",), state.beacon_round, "frozen")
    drawn = told(publish(after)).state
    assert drawn.rho == hashlib.sha256(bytes.fromhex(drawn.signature)).hexdigest()


def test_a_secret_shown_too_late_does_not_undo_the_default() -> None:
    after = told(passed(secret_round())).state
    item = report("secret.revealed", R1, {"secret": SHOWN["gnb"]}, REVEAL + SECOND, by=reporter("gnb"))
    assert [code for code, _ in codes(committing.reveal(world(RoundRow(after)), item))] == ["REVEAL_TOO_LATE"]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (secret_round(answer_by=REVEAL + PATIENCE), "SECRET_MISSING"),
        (frozen(answer_by=REVEAL + PATIENCE), "BEACON_MISSING"),
        (round_state(**SECRET | {"phase": "frozen", "chain": None}), "SECRET_MISSING"),
    ],
)
def test_without_time_or_chain_nothing_stands_in(state: RoundState, reason: str) -> None:
    assert state.answer_by <= ANSWER
    outcome = passed(state)
    assert names(outcome) == ["round.defaulted", "round.aborted"]
    assert told(outcome, 1).reason == reason
