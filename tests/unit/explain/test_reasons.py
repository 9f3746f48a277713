"""Reasons: every code that the services can give is explained, in every language, from real evidence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from cli.explain.reasons import RULES, explained, key
from cli.explain.wording import Tongue
from services.matching.domain.against import Against
from services.matching.domain.eligibility import eligibility, warnings
from tests.support.platform import ROOT
from tests.unit.explain.made import ENGLISH, TONGUES
from tests.unit.matching.persons import AS_OF, PROGRAMMES, floors, ielts, person, rules, vacancy
from tests.unit.matching.test_selecting import POST, SCREEN, Desk

HEALTH = PROGRAMMES["id-ca-nb-health-g2g/1"]
SOURCES = ("domain/*.py", "jobs/*.py")
SKILLS = ("listening", "reading", "writing", "speaking")
DAY = timedelta(days=1)
OLD = {"documents": [{"kind": "PASSPORT", "issued_on": "2015-01-15", "expires_on": "2025-11-15"}]}
LOW = ielts("5.0")
LATE = {"physical": True, "mental": True, "valid_until": "2026-01-31"}
UNFIT = {"physical": False, "mental": False, "valid_until": "2026-02-01"}
WORK = [{"isco08": "2221", "hours": 900, "started_on": "2024-01-01", "ended_on": "2025-12-31"}]
SELECTION: dict[str, Any] = {"basis": "The programme"}
SOURCE = {"known": "source", "basis": "The law"}


def against(
    shows: dict[str, Any] | None = None,
    wants: dict[str, Any] | None = None,
    is_: dict[str, Any] | None = None,
    days: int = 0,
    **changes: Any,  # noqa: ANN401
) -> list[Against]:
    """The reasons against who fits but for these changes, warnings too."""
    programme = rules(**changes) if changes else HEALTH
    case = (person(is_=is_, **shows or {}), vacancy(**wants or {}), programme, AS_OF + days * DAY)
    return [*eligibility(*case), *warnings(*case)]


ROSTER = {"programme": "id-ca-nb-health-g2g/1", "ends_at": AS_OF}
ROUND = [
    Against(
        code="E_PARTNERSHIP_NOT_OPEN", detail="As kept.", values={"partnership": "ID:CA-NB:ISIC4-Q:G2G:1"}
    ),
    Against(code="E_VACANCY_NOT_POSTED", detail="As kept.", values={"state": "suspended"}),
    Against(code="IN_OTHER_ROUND", detail="As kept.", values={"round": "kp2mi-r2"}),
    Against(code="E_OFFER_HELD", detail="As kept.", values={"offer": "kp2mi-r2:kp2mi-c-1"}),
    Against(
        code="E_NOT_SELECTED",
        detail="As kept.",
        values={"basis": "b", "outcome": "NOT_SELECTED", "reason": "R"},
    ),
    Against(code="E_NOT_SELECTED", detail="As kept.", values=SELECTION),
]
CASES: list[tuple[list[Against], list[str]]] = [
    (against({"birth_date": "2010-01-01"}), ["at least 18 years; you were 16 on 1 February 2026"]),
    (against({"birth_date": "1950-01-01"}, age=SOURCE | {"max": 60}), ["at most 60 years; you were 76"]),
    (against(age=SOURCE | {"min": 40, "max": 60}), ["from 40 to 60 years; you were 29"]),
    (against({"citizenship": "MY"}), ["this citizenship: Indonesia. Yours is: Malaysia."]),
    (against({"competence": []}), ["in the occupation 2221 (ISCO-08). You showed none that was valid."]),
    (
        against({"competence": [{"isco08": "3221", "kind": "STR", "issued_on": "2021-05-10"}]}),
        ["Yours are in: 3221."],
    ),
    (against({"health": None}), ["physically fit for work. You showed none.", "mentally fit"]),
    (against({"health": LATE}), ["physically fit for work. Yours was valid until 31 January", "mentally"]),
    (against({"health": UNFIT}), ["physically fit for work; the examination did not find so.", "mentally"]),
    (against({"social_security": []}), ["membership of social security; you showed none."]),
    (
        against({"social_security": []}, social_security=SOURCE | {"any_of": ["JKN", "X"]}),
        ["social security: JKN or X. You showed none."],
    ),
    (against(social_security=SOURCE | {"any_of": ["JKN"]}), ["JKN. You showed: BPJS-TK."]),
    (
        against({"documents": []}),
        ["passport. You showed none.", "marital status. You", "guardian. You", "police record. You"],
    ),
    (against(OLD)[:1], ["on 1 February 2026: passport. Yours ended on 15 November 2025."]),
    (
        against({"tests": [LOW]}),
        ["CLB 7 in listening, language: English. Your best valid result gives CLB 5."],
    ),
    (
        against({"tests": []}),
        [f"CLB 7 in {one}, language: English. You showed no" for one in SKILLS],
    ),
    (against({"tests": [ielts(taken_on="2024-02-01")]}), ["Your IELTS_GENERAL of 1 February 2024"] * 4),
    (
        against({"tests": []}, {"languages": [floors("7", "EMPLOYER", listening="8")]}),
        ["CLB 8 in listening", *SKILLS[1:]],
    ),
    (against({"licences": []}), ["licence of NANB at the stage ELIGIBLE or higher, valid on 1 Feb"]),
    (
        against({"licences": [{"body": "NANB", "stage": "ASSESSED"}]}),
        ["Yours is at the stage: ASSESSED. Source: the job order, for the licensing body."],
    ),
    (against({"education": 5}), ["at least level 6 (ISCED 2011); you showed level 5. Source: the job"]),
    (against({"education": None}), ["at least level 4 (ISCED 2011); you showed none.", "at least level 6"]),
    (
        against({"experience": WORK}),
        ["1,560 paid hours of work within 5 years; you showed 900.", "1,125 paid hours of work within 5 ye"],
    ),
    (
        against({"experience": []}, {"experience": {"hours": 1}}),
        ["1,560", "1 paid hours of work in the occupation 2221 (ISCO-08); you showed 0."],
    ),
    (against(is_={"origin": "PH"}), ["registered in: Indonesia. You are registered in: Philippines."]),
    (
        against(is_={"phase": "registered", "roster": None}),
        ["On 1 February 2026, 00:00 UTC, the time that counts, you were not yet verified"],
    ),
    (against(is_={"phase": "delisted"}), ["you were no longer in the roster."]),
    (
        against(is_={"roster": ROSTER | {"starts_at": AS_OF + DAY, "ends_at": AS_OF + 9 * DAY}}),
        ["You are in the roster from 2 February 2026, 00:00 UTC on"],
    ),
    (
        against(is_={"roster": ROSTER | {"starts_at": AS_OF - 9 * DAY, "ends_at": AS_OF - DAY}}),
        ["Your time in the roster ended on 31 January 2026, 00:00 UTC"],
    ),
    (
        against(is_={"roster": ROSTER | {"starts_at": AS_OF - DAY, "programme": "other/1"}}),
        ["under the programme id-ca-nb-health-g2g; you were verified for other/1."],
    ),
    (
        ROUND,
        [
            "The partnership ID:CA-NB:ISIC4-Q:G2G:1 was not open", "its state was: suspended",
            "You were in the round kp2mi-r2", "You held the offer kp2mi-r2:kp2mi-c-1 already",
            "the employer recorded: NOT_SELECTED (R)", "that had not happened",
        ],
    ),
]  # fmt: skip


def said(reason: Against, tongue: Tongue = ENGLISH) -> str:
    told = explained(reason)
    return " ".join(tongue.say(message) for message in (*told.says, *told.remedy))


@pytest.mark.parametrize(("found", "expected"), CASES, ids=lambda one: str(one[0])[:40])
def test_a_reason_says_what_was_asked_and_found(found: list[Against], expected: list[str]) -> None:
    assert len(found) == len(expected)
    for reason, words in zip(found, expected, strict=True):
        assert words in said(reason)
        assert "Source: " in said(reason)


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda one: one.language)
def test_every_reason_can_be_said_in_every_language(tongue: Tongue) -> None:
    for reason in every():
        sentence = said(reason, tongue)
        assert reason.detail not in sentence
        assert "{" not in sentence and "  " not in sentence.strip()
        assert (sentence == said(reason)) == (tongue == ENGLISH)


def every() -> list[Against]:
    return [reason for found, _ in CASES for reason in found]


def test_the_cases_are_all_codes_that_the_services_can_give() -> None:
    given = {code for pattern in SOURCES for code in codes(pattern)}
    assert {"E_AGE", "E_DOC_", "E_LANG_", "E_HEALTH_", "IN_OTHER_ROUND", "E_OFFER_HELD"} <= given
    families = {code for code in given if code.endswith("_")}
    assert given - families <= RULES.keys()
    assert all(any(name.startswith(family) for name in RULES) for family in families)
    assert {key(reason.code) for reason in every()} == RULES.keys()


def codes(pattern: str) -> Iterator[str]:
    """First words of calls that give a reason against a pair: whole codes, or families that end with _."""
    for path in (ROOT / "services" / "matching").glob(pattern):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant | ast.JoinedStr) and (code := first(node)):
                yield code


def first(node: ast.Constant | ast.JoinedStr) -> str | None:
    value = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
    text = value.value if isinstance(value, ast.Constant) else None
    is_code = isinstance(text, str) and text.startswith(("E_", "IN_OTHER")) and " " not in text
    return str(text) if is_code else None


@pytest.mark.parametrize(
    ("found", "remedy"),
    [
        (against(OLD)[0], "Shown, and valid on 1 February 2026, it would have met this rule."),
        (
            against({"tests": [LOW]})[0],
            "A result of CLB 7 or higher in listening that counts on 1 Febr",
        ),
        (against({"experience": WORK})[0], "660 more paid hours of this kind would have met this rule."),
        (against({"experience": [WORK[0] | {"hours": 1559}]})[0], "1 more paid hour of this kind would"),
        (against({"education": 5})[0], "Level 6 or higher would have met this rule."),
        (against({"health": UNFIT})[0], None),
        (against({"birth_date": "2010-01-01"})[0], None),
        (ROUND[4], None),
    ],
)
def test_a_remedy_is_given_only_where_it_is_certain(found: Against, remedy: str | None) -> None:
    told = [ENGLISH.say(message) for message in explained(found).remedy]
    assert told[0].startswith(remedy) if remedy else told == []


def test_who_shows_what_the_remedy_names_is_eligible() -> None:
    passport = {"kind": "PASSPORT", "issued_on": "2015-01-15", "expires_on": "2026-02-01"}
    others = [one.model_dump(mode="json") for one in person().evidence.documents[1:]]
    assert against({"documents": [passport, *others]}) == []
    assert against({"tests": [LOW | {"listening": "6.0"}]}) == []
    assert against({"experience": [WORK[0] | {"hours": 900 + 660}]}) == []


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda one: one.language)
def test_what_an_earlier_version_kept_is_given_as_recorded(tongue: Tongue) -> None:
    old = Against(code="E_AGE", detail="Asked: at least 18. Found: 17.")
    assert "E_AGE" in said(old, tongue) and old.detail in said(old, tongue)
    assert "UNHEARD_OF" in said(Against(code="UNHEARD_OF", detail="As kept.", values={"a": 1}), tongue)


def test_values_survive_the_way_through_json() -> None:
    for reason in every():
        assert Against.model_validate_json(reason.model_dump_json()) == reason


def test_a_screen_is_told_by_what_the_employer_recorded() -> None:
    desk = Desk(**SCREEN)
    found = eligibility(desk.row, POST, desk.programme, AS_OF)
    assert ["that had not happened by the closing. Source: agreed." in said(one) for one in found] == [True]
    desk.select("NOT_SELECTED", "WRONG_WARD")
    (reason,) = eligibility(desk.row, POST, desk.programme, AS_OF)
    assert "the employer recorded: NOT_SELECTED (WRONG_WARD). Source: agreed." in said(reason)
