"""Eligibility: each rule by itself at its boundary, all reasons at once, and warnings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from jembatan.contracts.matching.candidates import Employment
from services.matching.domain.eligibility import eligibility, warnings
from services.matching.domain.eligibility_case import add_months, completed_years
from services.matching.domain.eligibility_work import hours
from tests.unit.matching.persons import AS_OF, HEALTH, PROGRAMMES, floors, ielts, person, rules, vacancy

WORK = {"isco08": "2221", "started_on": "2021-02-01", "ended_on": "2026-02-01"}
DAY = timedelta(days=1)


def codes(
    shows: dict[str, Any] | None = None,
    wants: dict[str, Any] | None = None,
    is_: dict[str, Any] | None = None,
    as_of: datetime = AS_OF,
) -> list[str]:
    """Codes against a candidate who fits but for these changes."""
    found = eligibility(person(is_=is_, **shows or {}), vacancy(**wants or {}), PROGRAMMES[HEALTH], as_of)
    return [reason.code for reason in found]


def test_who_shows_all_that_is_asked_is_eligible_on_the_last_day() -> None:
    assert codes() == []
    assert warnings(person(), vacancy(), PROGRAMMES[HEALTH], AS_OF) == ()


def test_the_day_after_everything_that_ends_has_ended() -> None:
    assert set(codes(as_of=AS_OF + DAY)) == {
        "E_ROSTER_EXPIRED", "E_COMPETENCE", "E_HEALTH_PHYSICAL", "E_HEALTH_MENTAL", "E_DOC_PASSPORT",
        "E_DOC_MARITAL_STATUS", "E_DOC_FAMILY_PERMISSION", "E_TEST_EXPIRED", "E_LICENCE",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("shows", "reasons"),
    [
        ({"birth_date": "2008-02-01"}, []),
        ({"birth_date": "2008-02-02"}, ["E_AGE"]),
        ({"citizenship": "MY"}, ["E_CITIZENSHIP"]),
        ({"competence": []}, ["E_COMPETENCE"]),
        ({"competence": [{"isco08": "3221", "kind": "STR", "issued_on": "2021-05-10"}]}, ["E_COMPETENCE"]),
        ({"health": None}, ["E_HEALTH_PHYSICAL", "E_HEALTH_MENTAL"]),
        ({"health": {"physical": False, "mental": True, "valid_until": "2026-02-01"}}, ["E_HEALTH_PHYSICAL"]),
        ({"health": {"physical": True, "mental": False, "valid_until": "2026-02-01"}}, ["E_HEALTH_MENTAL"]),
        ({"social_security": []}, ["E_SOCIAL_SECURITY"]),
        ({"documents": []}, ["E_DOC_PASSPORT", "E_DOC_MARITAL_STATUS", "E_DOC_FAMILY_PERMISSION"]),
        ({"licences": []}, ["E_LICENCE"]),
        ({"licences": [{"body": "ANBLPN", "stage": "ELIGIBLE"}]}, ["E_LICENCE"]),
        ({"licences": [{"body": "NANB", "stage": "ASSESSED"}]}, ["E_LICENCE"]),
        ({"licences": [{"body": "NANB", "stage": "REGISTERED"}]}, []),
        ({"licences": [{"body": "NANB", "stage": "UNHEARD-OF"}]}, ["E_LICENCE"]),
        ({"education": 5}, ["E_EDUCATION"]),
        ({"education": None}, ["E_EDUCATION", "E_EDUCATION"]),
        ({"experience": []}, ["E_EXPERIENCE", "E_EXPERIENCE"]),
        ({"experience": [WORK | {"hours": 1559}]}, ["E_EXPERIENCE"]),
        ({"experience": [WORK | {"isco08": "5321", "hours": 1560}]}, ["E_EXPERIENCE"]),
        ({"experience": [WORK | {"isco08": None, "noc2021": "31301", "hours": 9000}]}, []),
    ],
)
def test_each_part_of_the_evidence(shows: dict[str, Any], reasons: list[str]) -> None:
    assert codes(shows) == reasons


@pytest.mark.parametrize(
    ("is_", "as_of", "reasons"),
    [
        ({"phase": "registered", "roster": None}, AS_OF, ["E_NOT_ROSTERED"]),
        ({"phase": "delisted"}, AS_OF, ["E_NOT_ROSTERED"]),
        ({}, AS_OF - timedelta(days=300), []),
        ({"origin": "PH"}, AS_OF, ["E_ORIGIN"]),
    ],
)
def test_roster_and_origin(is_: dict[str, Any], as_of: datetime, reasons: list[str]) -> None:
    within = {"tests": [ielts(taken_on="2025-02-01")], "experience": [WORK | {"hours": 9000}]}
    assert codes(within, is_=is_, as_of=as_of) == reasons


def test_before_the_roster_begins_nobody_is_in_it() -> None:
    roster = {"programme": HEALTH, "starts_at": AS_OF + DAY, "ends_at": AS_OF + 9 * DAY}
    assert codes(is_={"roster": roster}) == ["E_NOT_ROSTERED"]


@pytest.mark.parametrize(
    ("programme", "reasons"),
    [("id-ca-nb-health-g2g/7", []), ("id-ca-ns-aquaculture-p2p/1", ["E_SCHEME"])],
)
def test_verified_for_this_programme_in_any_version(programme: str, reasons: list[str]) -> None:
    roster = {"programme": programme, "starts_at": AS_OF - DAY, "ends_at": AS_OF}
    assert codes(is_={"roster": roster}) == reasons


def test_a_nurse_counts_for_an_aide_and_not_the_other_way_round() -> None:
    aide = {"isco08": "5321", "noc2021": "33102", "teer": 3, "licence": None, "education": 3}
    assert codes(wants=aide) == []
    as_aide = {"competence": [{"isco08": "5321", "kind": "CERT", "issued_on": "2020-01-01"}]}
    assert codes(as_aide, wants=aide) == []
    assert codes(as_aide) == ["E_COMPETENCE"]


@pytest.mark.parametrize(
    ("teer", "level", "found"),
    [
        (1, 4, []),
        (1, 3, ["E_EDUCATION"]),
        (3, 3, []),
        (3, 2, ["E_EDUCATION"]),
        (5, None, []),
        (None, None, []),
    ],
)
def test_the_programme_asks_for_education_by_teer(
    teer: int | None, level: int | None, found: list[str]
) -> None:
    assert codes({"education": level}, {"teer": teer, "education": None}) == found


def test_all_reasons_come_at_once_each_with_what_was_asked_found_and_the_floor() -> None:
    nothing: dict[str, Any] = {
        "competence": [],
        "documents": [],
        "tests": [],
        "licences": [],
        "experience": [],
        "education": None,
    }
    shows: dict[str, Any] = nothing | {
        "birth_date": "2010-01-01",
        "citizenship": "XX",
        "health": None,
        "social_security": [],
    }
    asked = vacancy(partnership="PH:CA-NB:ISIC4-Q:G2G:1")
    alone = {"phase": "registered", "roster": None}
    found = eligibility(person(is_=alone, **shows), asked, PROGRAMMES[HEALTH], AS_OF)
    assert {reason.code for reason in found} == {
        "E_NOT_ROSTERED", "E_ORIGIN", "E_AGE", "E_CITIZENSHIP", "E_COMPETENCE", "E_HEALTH_PHYSICAL",
        "E_HEALTH_MENTAL", "E_SOCIAL_SECURITY", "E_DOC_PASSPORT", "E_DOC_MARITAL_STATUS",
        "E_DOC_FAMILY_PERMISSION", "E_LANG_LISTENING", "E_LANG_READING", "E_LANG_WRITING", "E_LANG_SPEAKING",
        "E_LICENCE", "E_EDUCATION", "E_EXPERIENCE",
    }  # fmt: skip
    said = {reason.code: reason for reason in found}
    assert said["E_AGE"].detail == (
        "Asked: an age of at least 18 years (Law 18/2017 (Indonesia), article 5 a "
        "(money.kompas.com, 7 March 2022)). "
        "Found: 16 on 2026-02-01."
    )
    assert "CLB 7 in listening, en, floor LICENCE" in said["E_LANG_LISTENING"].detail
    assert "EMPLOYER" in said["E_EXPERIENCE"].detail
    assert said["E_LICENCE"].pointer == "/evidence/licences"


@pytest.mark.parametrize(
    ("rule", "shows", "code"),
    [
        ({"documents": [{"kind": "POLICE_RECORD"}]}, {"documents": []}, "E_DOC_POLICE_RECORD"),
        ({"age": {"max": 28}}, {}, "E_AGE"),
        ({"citizenship": {"any_of": ["PH"]}}, {}, "E_CITIZENSHIP"),
        ({"education": [{"isced": 8}]}, {}, "E_EDUCATION"),
        ({"experience": [{"hours": 9999, "within_years": 5}]}, {}, "E_EXPERIENCE"),
        ({"social_security": {"any_of": ["JKN"]}}, {}, "E_SOCIAL_SECURITY"),
        (
            {"languages": [floors("9", "IMMIGRATION", languages=["en"]) | {"language": None}]},
            {},
            "E_LANG_LISTENING",
        ),
    ],
)
def test_what_is_known_from_memory_warns_and_never_refuses(
    rule: dict[str, Any], shows: dict[str, Any], code: str
) -> None:
    for known, refuses in (("memory", False), ("source", True)):
        one = {part: _known(value, known) for part, value in rule.items()}
        changed = rules(**one)
        who, where = person(**shows), vacancy()
        refused = [reason.code for reason in eligibility(who, where, changed, AS_OF)]
        warned = [reason.code for reason in warnings(who, where, changed, AS_OF)]
        assert (code in refused, code in warned) == (refuses, not refuses)


def _known(value: Any, known: str) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return [_known(one, known) for one in value]
    return {k: v for k, v in value.items() if v is not None} | {"known": known, "basis": "test"}


@pytest.mark.parametrize(
    ("birth", "day", "years"),
    [
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2028, 2, 28), 19),
        (date(2008, 2, 29), date(2028, 2, 29), 20),
        (date(2008, 12, 31), date(2026, 12, 30), 17),
        (date(2008, 12, 31), date(2026, 12, 31), 18),
    ],
)
def test_age_in_completed_years(birth: date, day: date, years: int) -> None:
    assert completed_years(birth, day) == years


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2026, 2, 1), -60, date(2021, 2, 1)),
    ],
)
def test_months_later(day: date, months: int, then: date) -> None:
    assert add_months(day, months) == then


def test_the_day_is_the_day_in_utc_however_the_instant_is_written() -> None:
    written = datetime(2026, 2, 2, 6, tzinfo=timezone(timedelta(hours=7)))
    assert written.astimezone(UTC).date() == date(2026, 2, 1)
    roster = {"programme": HEALTH, "starts_at": AS_OF - DAY, "ends_at": AS_OF + DAY}
    assert codes(is_={"roster": roster}, as_of=written) == []


@pytest.mark.parametrize(
    ("started_on", "ended_on", "counted"),
    [
        ("2021-01-12", "2021-01-31", 0),
        ("2021-01-13", "2021-02-01", 5),
        ("2021-01-22", "2021-02-10", 50),
        ("2021-02-01", "2021-02-20", 100),
        ("2026-01-14", "2026-02-02", 95),
        ("2026-02-02", "2026-02-21", 0),
    ],
)
def test_of_work_partly_within_the_years_the_days_within_count(
    started_on: str, ended_on: str, counted: int
) -> None:
    days = {"started_on": date.fromisoformat(started_on), "ended_on": date.fromisoformat(ended_on)}
    work = Employment(isco08="2221", hours=100, **days)
    assert hours([work], date(2026, 2, 1), 5) == counted
