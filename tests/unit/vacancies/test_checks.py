"""What is wrong with a job order: every reason at once, where it is, and whether it refuses or warns."""

from __future__ import annotations

from typing import Any

import pytest

from jembatan.contracts.reporters import Reporter
from jembatan.contracts.vacancies.rules import MinMonths, TeerRule, VacancyRules, WorkerCosts
from tests.unit.vacancies.made import ID, NB, PLAIN, STRICT, SUBMITTED, Desk

WAGE = SUBMITTED["wage"]
AIDE = {"noc2021": "44101"}
MEMORY: dict[str, Any] = {"basis": "said so", "known": "memory"}
TERM = {"permanent": False, "months": 11}


def cost(item: str, payer: str = "WORKER", currency: str = "CAD") -> dict[str, Any]:
    return {"item": item, "payer": payer, "amount": {"minor": 1, "currency": currency}}


@pytest.mark.parametrize(
    ("change", "rules", "expected"),
    [
        ({"isco08": "9999"}, PLAIN, [("V_UNKNOWN_CODE", "/data/isco08")]),
        ({"isco08": "5321"}, PLAIN, [("V_OCCUPATION_OUT_OF_SCOPE", "/data/isco08")]),
        ({"noc2021": "36301"}, PLAIN, [("V_UNKNOWN_CODE", "/data/noc2021")]),
        ({"place": "CA-NS"}, PLAIN, [("V_PLACE_OUTSIDE", "/data/place")]),
        ({"place": "CA"}, PLAIN, [("V_PLACE_OUTSIDE", "/data/place")]),
        ({"place": "CA-XX"}, PLAIN, [("V_UNKNOWN_CODE", "/data/place")]),
        ({"wage": WAGE | {"currency": "XYZ"}}, PLAIN, [("V_UNKNOWN_CODE", "/data/wage/currency")]),
        ({"wage": WAGE | {"min": 9999}}, PLAIN, [("V_WAGE_RANGE", "/data/wage")]),
        ({"contract": {"permanent": True, "months": 2}}, PLAIN, [("V_CONTRACT_TERM", "/data/contract")]),
        ({"contract": {"permanent": False}}, PLAIN, [("V_CONTRACT_TERM", "/data/contract")]),
        ({"closes_on": "2025-01-01T00:00:00Z"}, PLAIN, [("V_CLOSES_IN_PAST", "/data/closes_on")]),
        ({"costs": [cost("anything")]}, PLAIN, [("V_WORKER_COST", "/data/costs/0/payer")]),
        (
            {"costs": [cost("visa"), cost("lunch"), cost("visa", "HOST"), cost("travel")]},
            STRICT,
            [("V_WORKER_COST", "/data/costs/0/payer"), ("V_WORKER_COST", "/data/costs/3/payer")],
        ),
        (
            {"costs": [cost("visa", "HOST", "XYZ")]},
            STRICT,
            [("V_UNKNOWN_CODE", "/data/costs/0/amount/currency")],
        ),
        ({"noc2021": "65201"}, STRICT, [("V_AIP_TEER", "/data/noc2021")]),
        ({"noc2021": None}, STRICT, [("V_AIP_TEER", "/data/noc2021")]),
        ({"contract": TERM}, STRICT, [("V_AIP_TERM", "/data/contract")]),
        (AIDE | {"contract": {"permanent": False, "months": 24}}, STRICT, [("V_AIP_TERM", "/data/contract")]),
        (
            {
                "place": "CA-NS",
                "isco08": "5321",
                "costs": [cost("visa")],
                "closes_on": "2024-01-01T00:00:00Z",
            },
            STRICT,
            [
                ("V_PLACE_OUTSIDE", "/data/place"),
                ("V_OCCUPATION_OUT_OF_SCOPE", "/data/isco08"),
                ("V_WORKER_COST", "/data/costs/0/payer"),
                ("V_CLOSES_IN_PAST", "/data/closes_on"),
            ],
        ),
    ],
)
def test_a_wrong_order(change: dict[str, Any], rules: VacancyRules, expected: list[tuple[str, str]]) -> None:
    desk = Desk(rules)
    desk.opens()
    desk.submit(**change)
    assert desk.reasons() == expected
    assert not desk.world.vacancies


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({"noc2021": None}, PLAIN),
        ({"costs": [cost("lunch")]}, STRICT),
        ({"contract": TERM | {"months": 12}}, STRICT),
        (AIDE, STRICT),
        ({"contract": TERM}, PLAIN),
        ({"noc2021": "65201"}, PLAIN),
    ],
)
def test_a_right_order(change: dict[str, Any], rules: VacancyRules) -> None:
    desk = Desk(rules)
    desk.opens()
    assert desk.submit(**change) == ["vacancy.posted"]
    assert desk.last().warnings == ()


def test_what_is_known_from_memory_warns_and_never_refuses() -> None:
    rules = VacancyRules(
        cost_items_never_worker=WorkerCosts(items=("*",), **MEMORY),
        excluded_teer=TeerRule(teer=(1,), **MEMORY),
        min_months=MinMonths(teer=(1,), months=12, **MEMORY),
        permanent_only=TeerRule(teer=(1,), **MEMORY),
    )
    desk = Desk(rules)
    desk.opens()
    assert desk.submit(costs=[cost("visa")], contract=TERM) == ["vacancy.posted"]
    codes = [one.code for one in desk.last().warnings]
    assert codes == ["V_WORKER_COST", "V_AIP_TEER", "V_AIP_TERM", "V_AIP_TERM"]


def test_an_order_begins_with_its_reporters_code_and_is_for_its_own_employer() -> None:
    desk = Desk()
    desk.opens()
    stranger = Reporter(code="horizon", source="urn:h", types=("*",), employers=("horizon",))
    assert desk.report("job_order.submitted", SUBMITTED, by=stranger) == ["NOT_YOUR_REPORT"] * 2
    assert desk.report("job_order.submitted", SUBMITTED, "ID:vitalite", stranger) == [
        "BAD_ID",
        "NOT_YOUR_REPORT",
    ]
    agency = Reporter(code="agency", source="urn:a", types=("*",), jurisdictions=("CA-NS",), origins=("PH",))
    assert desk.report("job_order.submitted", SUBMITTED, "agency-1", agency) == ["NOT_YOUR_REPORT"] * 2
    desk.submit()
    assert desk.report("job_order.withdrawn", {"reason": "X"}, by=stranger) == ["NOT_YOUR_REPORT"]
    assert desk.report("job_order.amended", {"openings": 9}, by=stranger) == ["NOT_YOUR_REPORT"]
    assert desk.state(ID).phase == "posted"


def test_nothing_is_submitted_under_what_has_ended() -> None:
    desk = Desk()
    desk.opens()
    desk.ends()
    desk.submit()
    assert desk.reasons() == [("V_PARTNERSHIP_ENDED", "/data/partnership")]
    assert desk.submit(partnership=NB[:-1] + "2") == ["vacancy.pending"]
