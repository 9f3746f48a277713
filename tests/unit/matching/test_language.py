"""Language by skill: what a test shows in a framework, which floor holds, and when a result ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from jembatan.codes.clb import Skill
from jembatan.contracts.matching.candidates import LanguageTest
from services.matching.domain import language
from services.matching.domain.eligibility import eligibility, warnings
from tests.unit.matching.persons import AS_OF, HEALTH, PROGRAMMES, floors, ielts, person, rules, vacancy

FRENCH: dict[str, Any] = {
    "kind": "CLB",
    "language": "fr",
    "taken_on": "2025-06-01",
    **dict.fromkeys(map(str, Skill), "7"),
}
ALL = ["E_LANG_LISTENING", "E_LANG_READING", "E_LANG_WRITING", "E_LANG_SPEAKING"]
DAY = timedelta(days=1)


def reasons(tests: list[dict[str, Any]], *asked: dict[str, Any], as_of: datetime = AS_OF) -> list[str]:
    """Codes of language against these tests, with these floors of the vacancy."""
    found = eligibility(person(tests=tests), vacancy(languages=asked), PROGRAMMES[HEALTH], as_of)
    return [one.code for one in found if one.code.startswith(("E_LANG", "E_TEST"))]


def details(tests: list[dict[str, Any]], *asked: dict[str, Any]) -> str:
    found = eligibility(person(tests=tests), vacancy(languages=asked), PROGRAMMES[HEALTH], AS_OF)
    return " ".join(one.detail for one in found if "tests" in one.pointer)


@pytest.mark.parametrize(
    ("kind", "framework", "score", "level"),
    [
        ("IELTS_GENERAL", "CLB", "7.0", "7"),
        ("IELTS_GENERAL", "CLB", "7.5", "8"),
        ("IELTS_GENERAL", "CLB", "4.0", "0"),
        ("CELPIP_GENERAL", "CLB", "9", "9"),
        ("CELPIP_GENERAL", "CLB", "M", "0"),
        ("IELTS_ACADEMIC", "CLB", "9.0", None),
        ("CEFR", "CLB", "C2", None),
        ("IELTS_GENERAL", "CEFR", "9.0", None),
        ("TEF", "CLB", "310", None),
        ("CEFR", "CEFR", "B1", "B1"),
        ("IELTS_ACADEMIC", "IELTS_ACADEMIC", "7.0", "7.0"),
    ],
)
def test_no_test_counts_in_a_framework_that_it_does_not_measure(
    kind: str, framework: str, score: str, level: str | None
) -> None:
    test = LanguageTest.model_validate(
        {"kind": kind, "language": "en", "taken_on": "2025-01-01", "listening": score}
    )
    assert language.level_of(test, framework, Skill.LISTENING) == level
    assert language.level_of(test, framework, Skill.READING) is None


@pytest.mark.parametrize(
    ("framework", "held", "asked", "answer"),
    [
        ("CLB", "10", "9", True),
        ("CLB", "9", "10", False),
        ("CEFR", "B2", "B1", True),
        ("CEFR", "A2", "B1", False),
        ("CEFR", "7", "B1", False),
        ("CLB", "7", "B1", False),
        ("CLB", None, "4", False),
        ("CLB", "NaN", "4", False),
        ("IELTS_ACADEMIC", "7.0", "7", True),
        ("IELTS_ACADEMIC", "6.5", "7", False),
    ],
)
def test_levels_are_compared_within_their_framework(
    framework: str, held: str | None, asked: str, answer: bool
) -> None:
    assert language.reaches(framework, held, asked) is answer


@pytest.mark.parametrize(("band", "found"), [("7.0", ["E_LANG_LISTENING"]), ("7.5", [])])
def test_listening_jumps_from_clb_7_to_8(band: str, found: list[str]) -> None:
    others = dict.fromkeys(("reading", "writing", "speaking"), "6.5")
    assert reasons([ielts(band) | others], floors("8")) == found


def test_the_highest_floor_holds_in_each_skill_by_itself() -> None:
    licence = floors("6") | {"listening": "9"}
    employer = floors("5", "EMPLOYER") | {"speaking": "8"}
    said = details([ielts("6.0")], licence, employer)
    assert reasons([ielts("6.0")], licence, employer) == ["E_LANG_LISTENING", "E_LANG_SPEAKING"]
    assert "CLB 9 in listening, en, floor LICENCE" in said
    assert "CLB 8 in speaking, en, floor EMPLOYER" in said
    weak = ielts("4.0", reading="3.0", writing="3.5", speaking="3.5")
    assert reasons([weak], licence, employer) == ALL
    assert "floor IMMIGRATION" not in details([weak], licence, employer)


def test_without_other_floors_that_of_immigration_holds_in_either_language() -> None:
    assert reasons([ielts()]) == reasons([FRENCH]) == []
    assert reasons([]) == ALL
    assert "CLB 5 in listening, en or fr, floor IMMIGRATION" in details([])


def test_a_language_of_the_vacancy_is_asked_besides() -> None:
    french = floors("6") | {"language": "fr-CA"}
    assert reasons([ielts()], french) == ALL
    assert reasons([FRENCH], french) == []
    assert reasons([], french) == ALL


def test_floors_in_two_languages_hold_besides_each_other() -> None:
    english, french = floors("7"), floors("6", "EMPLOYER") | {"language": "fr"}
    assert reasons([], english, french) == ALL + ALL
    assert reasons([ielts()], english, french) == reasons([FRENCH], english, french) == ALL
    assert reasons([ielts(), FRENCH], english, french) == []


def test_the_best_valid_result_counts_in_each_skill() -> None:
    first, second = ielts("8.0", reading="5.0"), ielts("5.0", reading="7.0")
    assert reasons([first], floors()) == ["E_LANG_READING"]
    assert reasons([second], floors()) == ["E_LANG_LISTENING"]
    assert reasons([first, second], floors()) == []


@pytest.mark.parametrize(
    ("test", "found"),
    [
        (ielts(taken_on="2024-02-02"), []),
        (ielts(taken_on="2024-02-01"), ["E_TEST_EXPIRED"] * 4),
        (ielts(expires_on="2026-02-01"), []),
        (ielts(expires_on="2026-01-31"), ["E_TEST_EXPIRED"] * 4),
        (ielts(taken_on="2026-02-01"), []),
        (ielts(taken_on="2026-02-02"), ["E_TEST_EXPIRED"] * 4),
        (ielts("4.0", taken_on="2024-02-01"), ["E_LANG_LISTENING"] + ["E_TEST_EXPIRED"] * 3),
    ],
)
def test_a_result_counts_until_two_years_have_passed(test: dict[str, Any], found: list[str]) -> None:
    assert reasons([test], floors()) == found


def test_an_expired_result_is_named_beside_the_best_valid_one() -> None:
    said = details([ielts("5.0"), ielts("6.0", taken_on="2023-05-01")], floors())
    assert "Found: CLB 5; IELTS_GENERAL of 2023-05-01 reached it, and does not count on 2026-02-01." in said


def test_a_time_known_from_memory_warns_and_the_result_counts() -> None:
    academic = ielts("7.0", taken_on="2023-01-01", kind="IELTS_ACADEMIC")
    asked = floors("7") | {"framework": "IELTS_ACADEMIC", "reading": None, "writing": None, "speaking": None}
    who, where = person(tests=[ielts(), academic]), vacancy(languages=[asked])
    assert eligibility(who, where, PROGRAMMES[HEALTH], AS_OF) == ()
    assert [one.code for one in warnings(who, where, PROGRAMMES[HEALTH], AS_OF)] == ["E_TEST_EXPIRED"]


def test_a_floor_from_memory_hides_none_that_refuses() -> None:
    memory = {
        "known": "memory",
        "basis": "test",
        "floor": "IMMIGRATION",
        "languages": ["en"],
        "framework": "CLB",
    }
    high = rules(languages=[memory | {"listening": "10"}])
    who, where = person(tests=[ielts("5.0")]), vacancy(languages=[floors()])
    refused = eligibility(who, where, high, AS_OF)
    assert [one.code for one in refused] == ["E_LANG_LISTENING"]
    assert "CLB 7" in refused[0].detail
    assert [one.code for one in warnings(who, where, high, AS_OF)] == ["E_LANG_LISTENING"]


def test_a_level_that_its_framework_has_not_is_met_by_nobody() -> None:
    assert reasons([ielts("9.0")], floors("7") | {"listening": "B1"}) == ["E_LANG_LISTENING"]
