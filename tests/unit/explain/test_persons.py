"""Every outcome of a round for a person, in every language; others are never named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cli.explain import persons, show
from cli.explain.known import Entered, Round, Then
from cli.explain.persons import Outcome
from cli.explain.wording import Tongue
from jembatan.contracts.matching.candidates import Phase, WhyDelisted
from jembatan.contracts.matching.offers import OfferPhase
from services.matching.domain.against import Against
from tests.unit.explain.made import (
    ENGLISH,
    LIST,
    NAME,
    OTHER,
    OWN,
    TONGUES,
    a_round,
    cutoff,
    entered,
    offer,
    passed,
    sentences,
    then,
)
from tests.unit.matching.made import CLOSES, NB

AGE = Against(
    code="E_AGE", detail="d", values={"least": 18, "years": 17, "day": "2026-01-11", "basis": "The law"}
)
ELSEWHERE = Against(code="IN_OTHER_ROUND", detail="d", values={"round": "kp2mi-r2"})
AFTER = CLOSES + timedelta(days=1)
FULL = {"rn-1": cutoff(), NB: cutoff(65)}
Case = tuple[Round, Then | None, Entered | None, Outcome, list[str]]

CASES: dict[str, Case] = {
    "matched to the first choice": (
        a_round(), then(), entered(vacancy="rn-1", offer=offer("extended")), Outcome.MATCHED_FIRST,
        ["You were matched to rn-1, the first place on your list.", "until 20 January 2026, 00:00 UTC.",
         f"you are {OWN}, with 60 points and the ticket 1111", "You wished for this less"],
    ),
    "matched to a lower choice": (
        a_round(cutoffs=FULL), then(),
        entered(vacancy="rn-3", passed=(passed("rn-1"), passed("rn-2", NB)), offer=offer("accepted", AFTER)),
        Outcome.MATCHED_LOWER,
        ["You were matched to rn-3, number 3 on your list.", "You accepted the offer on 12 January 2026",
         "All 2 free places went to others.", "the last of them had 70 points, you had 60.",
         "11 more points, all else the same, would have given you this place or one higher",
         f"The cap of {NB} was full: all 7 places under it were given.", "6 more points", "matched here"],
    ),
    "eligible without a seat": (
        a_round(cutoffs={name: cutoff() for name in LIST}), then(),
        entered(passed=tuple(passed(name) for name in LIST)), Outcome.NO_SEAT,
        ["You were eligible for 3 places on your list, but were given none."],
    ),
    "eligible for a part": (
        a_round(cutoffs={NB: cutoff(60)}), then(),
        entered(eligible=("rn-2",), reasons={"rn-1": (AGE,)}, passed=(passed("rn-2", NB),)), Outcome.NO_SEAT,
        ["You were eligible for 1 place on your list, but were given none.", "You were not eligible here.",
         "you were 17 on 11 January 2026.", "Source: The law.", "not part of the round",
         "had 60 points, as you had, and an earlier ticket in the lottery.",
         "1 more point, all else the same, would have given you this place"],
    ),
    "not eligible": (
        a_round(), then("rn-1"), entered(eligible=(), reasons={"rn-1": (AGE,)}), Outcome.NOT_ELIGIBLE,
        ["You were not eligible for any place on your list.", "at least 18 years"],
    ),
    "in another round": (
        a_round(), then("rn-1"), entered(eligible=(), reasons={"rn-1": (ELSEWHERE,)}), Outcome.NOT_ELIGIBLE,
        ["You were in the round kp2mi-r2, which was not settled when this one was fixed."],
    ),
    "registered later": (
        a_round(), then(first_at=AFTER, phase=None), None, Outcome.NOT_IN_ROUND,
        ["You were registered on 12 January 2026, 00:00 UTC, after the round had closed."],
    ),
    "not verified yet": (
        a_round(), then(phase=Phase.REGISTERED), None, Outcome.NOT_IN_ROUND,
        ["You were registered, but not yet verified"],
    ),
    "withdrawn": (
        a_round(), then(phase=Phase.DELISTED, since=CLOSES, why=WhyDelisted.WITHDRAWN), None,
        Outcome.NOT_IN_ROUND, ["You had withdrawn on 11 January 2026"],
    ),
    "turned down": (
        a_round(), then(phase=Phase.DELISTED, since=CLOSES, why=WhyDelisted.REJECTED), None,
        Outcome.NOT_IN_ROUND, ["had turned your verification down on 11 January 2026"],
    ),
    "roster over": (
        a_round(), then(phase=Phase.DELISTED, since=CLOSES, why=WhyDelisted.ROSTER_EXPIRED), None,
        Outcome.NOT_IN_ROUND, ["Your time in the roster had ended on 11 January 2026"],
    ),
    "no list": (
        a_round(), Then(CLOSES, Phase.ROSTERED), None, Outcome.NOT_IN_ROUND,
        ["You had confirmed no list of vacancies"],
    ),
    "a list of other rounds": (
        a_round(), then("ns-1"), None, Outcome.NOT_IN_ROUND, ["No vacancy on your list belonged"],
    ),
    "unknown why": (a_round(), then(), None, Outcome.NOT_IN_ROUND, ["You were not in this round."]),
    "not in a frozen round": (
        a_round("frozen"), then("ns-1"), None, Outcome.NOT_IN_ROUND, ["No vacancy on your list belonged"],
    ),
    "open": (
        a_round("open"), then(), None, Outcome.NO_RESULT,
        ["Round kp2mi-r1 is open until 11 January 2026, 00:00 UTC.", "Its market is not fixed yet"],
    ),
    "frozen": (
        a_round("frozen"), then("rn-1", "rn-2"), entered(eligible=("rn-1",), reasons={"rn-2": (AGE,)}),
        Outcome.NO_RESULT, ["the result is not published yet", "found eligible here", "at least 18 years"],
    ),
    "aborted": (
        a_round("aborted", aborted_for="SECRET_MISSING"), then("rn-1"), entered(eligible=("rn-1",)),
        Outcome.NO_RESULT, ["nobody was matched: a committer to the lottery did not show its secret"],
    ),
    "aborted for a reason of the organiser's": (
        a_round("aborted", aborted_for="WRONG_SCOPE"), then(), None, Outcome.NO_RESULT, ["WRONG_SCOPE"],
    ),
    "a single committer": (
        a_round(committers=["kp2mi"], public=False), then(), entered(vacancy="rn-1"), Outcome.MATCHED_FIRST,
        ["The lottery of this round is not public: one committer alone drew it"],
    ),
}  # fmt: skip


def answer(case: Case) -> persons.Answer:
    return persons.explain(*case[:3])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_outcome_is_explained(case: Case) -> None:
    found = answer(case)
    assert found.outcome is case[3]
    text = "\n".join(sentences(found))
    assert [words for words in case[4] if words not in text] == []


def test_every_outcome_is_among_the_cases() -> None:
    assert {case[3] for case in CASES.values()} == {*Outcome}


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda one: one.language)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_outcome_can_be_said_in_every_language(case: Case, tongue: Tongue) -> None:
    found = answer(case)
    told, english = sentences(found, tongue), sentences(found)
    assert len(told) == len(english)
    assert [one for one in told if "{" in one] == []
    same = [one for one, other in zip(told, english, strict=True) if one == other]
    assert same == (english if tongue == ENGLISH else [])


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda one: one.language)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_nobody_else_is_named(case: Case, tongue: Tongue) -> None:
    found = answer(case)
    shown = [*show.person(found, NAME, tongue), str(show.person_object(found, NAME, tongue))]
    assert [line for line in shown if OTHER in line or "0" * 64 in line] == []


def test_a_public_round_says_nothing_of_its_committers() -> None:
    text = "\n".join(sentences(answer(CASES["matched to the first choice"])))
    assert "public:" not in text and answer(CASES["matched to the first choice"]).is_public
    assert not answer(CASES["a single committer"]).is_public


VERBS = {
    "extended": "waits for your answer",
    "accepted": "You accepted",
    "declined": "You declined",
    "lapsed": "lapsed",
    "withdrawn": "was withdrawn",
}


@pytest.mark.parametrize("phase", OfferPhase)
def test_how_an_offer_stands_is_told(phase: OfferPhase) -> None:
    held = entered(vacancy="rn-1", offer=offer(phase.value, AFTER))
    told = sentences(persons.explain(a_round(), then(), held))
    assert sum(VERBS[phase.value] in one for one in told) == 1


def test_a_withdrawn_offer_has_its_reason_in_words_or_none() -> None:
    for reason, words in (("CLEARANCE_REFUSED", ": a clearance was refused."), ("X", ": X."), (None, "UTC.")):
        held = entered(vacancy="rn-1", offer=offer("withdrawn", AFTER, reason))
        assert any(one.endswith(words) for one in sentences(persons.explain(a_round(), then(), held)))


def test_each_place_of_the_list_is_there_in_its_order() -> None:
    who = entered(eligible=("rn-3",), reasons={"rn-1": (AGE,)}, passed=(passed("rn-3", no_room=True),))
    found = persons.explain(a_round(), then("rn-1", "ns-1", "rn-3"), who)
    assert [(place.number, place.vacancy, place.given.value) for place in found.places] == [
        (1, "rn-1", "not_eligible"), (2, "ns-1", "outside"), (3, "rn-3", "passed_over"),
    ]  # fmt: skip


def test_what_the_round_took_in_is_told_although_no_fact_is_left() -> None:
    found = persons.explain(a_round(), None, entered(eligible=("rn-2",), vacancy="rn-2"))
    assert [place.vacancy for place in found.places] == ["rn-2"]


def test_reasons_that_are_the_same_are_told_once() -> None:
    who = entered(eligible=(), reasons=dict.fromkeys(LIST, (AGE,)))
    lines = show.person(persons.explain(a_round(), then(), who), NAME, ENGLISH)
    assert sum("at least 18 years" in line for line in lines) == 1
    assert sum("The reasons are those of number 1." in line for line in lines) == 2


def test_control_characters_of_a_title_do_not_reach_the_terminal() -> None:
    reason = Against(code="E_X", detail="\x1b[2J", values={})
    who = entered(eligible=(), reasons={"rn-1": (reason,)})
    lines: list[Any] = show.person(persons.explain(a_round(), then("rn-1"), who), NAME, ENGLISH)
    assert "\x1b" not in "".join(lines) and "\\x1b[2J" in "".join(lines)
