"""What a candidate was when a round closed, by the facts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cli.explain.history import Told, then
from cli.explain.known import Then
from jembatan.contracts.matching.candidates import (
    CandidateChanged,
    CandidateDelisted,
    CandidateFact,
    CandidateRegistered,
    CandidateRostered,
    Phase,
    PreferencesConfirmed,
    WhyDelisted,
)
from tests.unit.matching.made import CLOSES, START, candidate

REGISTERED, ROSTERED = Phase.REGISTERED, Phase.ROSTERED


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def told(number: int, fact: type[CandidateFact], phase: str, *wished: str, **more: Any) -> Told:  # noqa: ANN401
    return day(number), fact(state=candidate("c-1", *wished, phase=phase).state, changed=(), **more)


LIFE = [
    told(1, CandidateRegistered, "registered"),
    told(2, CandidateRostered, "rostered"),
    told(3, PreferencesConfirmed, "rostered", "rn-1"),
    told(4, CandidateChanged, "rostered", "rn-1"),
    told(9, PreferencesConfirmed, "rostered", "rn-2", "rn-1"),
    told(12, CandidateDelisted, "delisted", reason=WhyDelisted.WITHDRAWN),
]


def test_without_facts_nothing_is_known() -> None:
    assert then([], CLOSES) is None


def test_before_the_first_fact_there_was_nobody() -> None:
    assert then(LIFE, START) == Then(day(1))


def test_the_state_is_that_of_the_last_fact_up_to_the_closing() -> None:
    assert then(LIFE, day(1)) == Then(day(1), REGISTERED, day(1))
    assert then(LIFE, day(3)) == Then(day(1), ROSTERED, day(2), None, ("rn-1",))
    assert then(LIFE, CLOSES) == Then(day(1), ROSTERED, day(2), None, ("rn-2", "rn-1"))


def test_a_delisting_has_its_time_and_reason() -> None:
    found = then(LIFE, day(12))
    assert found is not None
    assert (found.phase, found.since, found.why) == (Phase.DELISTED, day(12), WhyDelisted.WITHDRAWN)


def test_who_is_registered_anew_is_what_they_are_now() -> None:
    again = [*LIFE, told(13, CandidateRegistered, "registered"), told(14, CandidateRostered, "rostered")]
    found = then(again, day(20))
    assert found is not None
    assert (found.first_at, found.phase, found.since) == (day(1), ROSTERED, day(14))
