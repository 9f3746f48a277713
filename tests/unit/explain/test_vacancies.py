"""A vacancy in a round: its cut-off, and how its seats went, in every language."""

from __future__ import annotations

import pytest

from cli.explain import show, vacancies
from cli.explain.known import Asked, Round
from cli.explain.vacancies import Outcome
from cli.explain.wording import Tongue
from jembatan.contracts.matching.offers import OfferPhase
from tests.unit.explain.made import ENGLISH, OTHER, TONGUES, a_round, cutoff
from tests.unit.matching.made import NB

ASKED = Asked(wished=8, matched=2, offers={"accepted": 1, "lapsed": 1})
NONE = Asked(0, 0)
Case = tuple[Round, str, Asked, Outcome, list[str]]
CASES: dict[str, Case] = {
    "full": (
        a_round(cutoffs={"rn-1": cutoff(70)}), "rn-1", ASKED, Outcome.FULL,
        ["2 places were free", "8 eligible candidates had this vacancy", "2 candidates were matched here.",
         "Cut-off: the last one with a place there has class 0, 70 points, ticket 0000",
         "1 offer was accepted.", "1 offer lapsed without an answer."],
    ),
    "cap full": (
        a_round(cutoffs={"ID": cutoff(50)}), "rn-1", Asked(1, 1), Outcome.CAP_FULL,
        ["The cap of ID was full, so no more places could be given here.", "50 points", "1 candidate was"],
    ),
    "places left": (
        a_round(), "rn-2", Asked(1, 1, {"extended": 1}), Outcome.PLACES_LEFT,
        ["There is no cut-off", "1 eligible candidate had", "1 offer waits for an answer."],
    ),
    "left out": (
        a_round(), "closed-1", NONE, Outcome.LEFT_OUT,
        ["No place of this vacancy was given", "its state was: closed. Source: the rules of every round."],
    ),
    "not in the round": (a_round(), "ns-1", NONE, Outcome.NOT_IN_ROUND, ["was not part of the round."]),
    "no result": (a_round("drawn"), "rn-1", NONE, Outcome.NO_RESULT, ["the result is not published yet."]),
    "a single committer": (
        a_round(committers=["gnb"], public=False), "rn-1", NONE, Outcome.PLACES_LEFT,
        ["this round is not public"],
    ),
}  # fmt: skip


def lines(case: Case, tongue: Tongue = ENGLISH) -> list[str]:
    return show.vacancy(vacancies.explain(*case[:3]), case[1], tongue)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_outcome_is_explained(case: Case) -> None:
    text = "\n".join(lines(case))
    assert vacancies.explain(*case[:3]).outcome is case[3]
    assert [words for words in case[4] if words not in text] == []


def test_every_outcome_is_among_the_cases() -> None:
    assert {case[3] for case in CASES.values()} == {*Outcome}


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda one: one.language)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_is_said_in_every_language_and_names_nobody(case: Case, tongue: Tongue) -> None:
    told, english = lines(case, tongue), lines(case)
    assert len(told) == len(english) and "{" not in "".join(told)
    same = [one for one, other in zip(told, english, strict=True) if one == other]
    assert same == (english if tongue == ENGLISH else [])
    assert OTHER not in str((told, show.vacancy_object(vacancies.explain(*case[:3]), case[1], tongue)))


def test_where_no_place_was_free_there_is_no_cut_off() -> None:
    found = a_round()
    assert found.frame is not None
    nodes = [one.model_copy(update={"remaining": 0}) if one.id == NB else one for one in found.frame.nodes]
    empty = Round(found.state, found.frame.model_copy(update={"nodes": tuple(nodes)}))
    answer = vacancies.explain(empty, "rn-1", Asked(3, 0))
    assert (answer.outcome, answer.node, answer.cutoff) == (Outcome.CAP_FULL, NB, None)


@pytest.mark.parametrize("phase", OfferPhase)
def test_offers_are_counted_by_how_they_stand(phase: OfferPhase) -> None:
    verb = {"extended": "wait for an answer", "lapsed": "lapsed"}.get(phase.value, f"were {phase.value}")
    case = (a_round(), "rn-1", Asked(9, 9, {phase.value: 7}))
    told = [ENGLISH.say(one) for one in vacancies.explain(*case).says]
    assert any(one.startswith(f"7 offers {verb}") for one in told)


def test_the_object_for_programs_has_the_cut_off_without_whose_it_is() -> None:
    answer = vacancies.explain(*CASES["full"][:3])
    found = show.vacancy_object(answer, "rn-1", ENGLISH)
    assert found["cutoff"] == {"tier": 0, "score": 70, "ticket": "0" * 64}
    assert (found["node"], found["outcome"], found["public"]) == ("rn-1", "full", True)
