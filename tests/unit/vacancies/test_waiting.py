"""Pending vacancies: what they wait for, and what posts, rejects and verifies them."""

from __future__ import annotations

import pytest

from jembatan.contracts.partners import Phase
from jembatan.contracts.reporters import Reporter
from tests.unit.vacancies import made
from tests.unit.vacancies.made import ID, MISSION, NB, SUBMITTED, VERIFIED, Desk


def waits(desk: Desk) -> list[str]:
    return [str(one) for one in desk.state().waits_for]


def test_from_nothing_to_posted() -> None:
    desk = Desk()
    assert desk.submit() == ["vacancy.pending"]
    assert waits(desk) == ["partnership"]
    assert desk.partnership("partnership.registered") == ["vacancy.pending"]
    assert (waits(desk), desk.last().changed) == (["opening"], ("waits_for",))
    assert desk.partnership("partnership.instrument_signed", phase=Phase.AGREEMENT) == []
    assert desk.partnership("partnership.changed", host_agency="another") == []
    assert desk.opens() == ["vacancy.posted"]
    assert (waits(desk), desk.state().teer) == ([], 1)


def test_on_opening_each_is_posted_or_rejected() -> None:
    desk = Desk()
    for number, isco in enumerate(("2221", "5321", "3221")):
        desk.report("job_order.submitted", SUBMITTED | {"isco08": isco}, f"vitalite-{number}")
    desk.partnership("partnership.registered")
    assert desk.opens() == ["vacancy.posted", "vacancy.rejected", "vacancy.posted"]
    assert desk.state("vitalite-1").phase == "rejected"
    [reason] = next(fact.data.reasons for fact in desk.facts if fact.type == "vacancy.rejected")  # type: ignore[attr-defined]
    assert (reason.code, reason.pointer) == ("V_OCCUPATION_OUT_OF_SCOPE", "/state/isco08")


def test_under_a_suspended_partnership_an_order_waits() -> None:
    desk = Desk()
    desk.opens()
    desk.suspends()
    assert desk.submit() == ["vacancy.pending"]
    assert waits(desk) == ["opening"]
    assert desk.opens() == ["vacancy.posted"]


def test_with_verification_it_waits_for_the_mission_too() -> None:
    desk = Desk(VERIFIED)
    desk.partnership("partnership.registered")
    desk.submit()
    assert waits(desk) == ["opening", "verification"]
    assert desk.opens() == ["vacancy.pending"]
    assert waits(desk) == ["verification"]
    assert desk.suspends() == ["vacancy.pending"]
    assert waits(desk) == ["opening", "verification"]
    desk.opens()
    assert desk.report("job_order.verified", by=MISSION) == ["vacancy.verified", "vacancy.posted"]
    assert (desk.state().verified, desk.state().phase) == (True, "posted")


def test_verified_before_the_opening() -> None:
    desk = Desk(VERIFIED)
    desk.partnership("partnership.registered")
    desk.submit()
    assert desk.report("job_order.verified", by=MISSION) == ["vacancy.verified"]
    assert waits(desk) == ["opening"]
    assert desk.report("job_order.verified", by=MISSION) == ["NO_CHANGE"]
    assert desk.opens() == ["vacancy.posted"]


def test_what_is_verified_too_late_for_its_partnership_is_rejected() -> None:
    desk = Desk(VERIFIED)
    desk.opens()
    desk.submit()
    desk.partnership("partnership.changed", occupations=("3221",))
    assert desk.report("job_order.verified", by=MISSION) == ["vacancy.verified", "vacancy.rejected"]


def test_only_the_mission_of_the_origin_verifies() -> None:
    desk = Desk(VERIFIED)
    desk.opens()
    desk.submit()
    other = Reporter(code="ph", source="urn:ph", types=("*",), origins=("PH",))
    assert desk.report("job_order.verified", by=other) == ["NOT_YOUR_REPORT"]
    assert desk.report("job_order.rejected", {"reason": "X"}, by=other) == ["NOT_YOUR_REPORT"]


def test_the_missions_reason_is_in_the_rejection() -> None:
    desk = Desk()
    made.rejected(desk)
    assert [(one.code, bool(one.detail)) for one in desk.last().reasons] == [("NO_SUCH_EMPLOYER", True)]
    assert waits(desk) == []


def test_an_end_rejects_what_waits() -> None:
    desk = Desk()
    made.pending(desk)
    assert desk.ends() == ["vacancy.rejected"]
    assert [one.code for one in desk.last().reasons] == ["V_PARTNERSHIP_ENDED"]


@pytest.mark.parametrize("before", [made.pending, made.posted, made.suspended])
def test_amended_terms_are_verified_again(before: object) -> None:
    desk = Desk(VERIFIED)
    assert callable(before)
    before(desk)
    if desk.state().phase == "pending":
        desk.opens()
        desk.report("job_order.verified", by=MISSION)
    assert desk.report("job_order.amended", {"openings": 9}) == ["vacancy.pending"]
    assert (desk.state().verified, "verification" in waits(desk)) == (False, True)


def test_an_amendment_is_checked_like_an_order() -> None:
    desk = Desk()
    made.posted(desk)
    wrong = {"place": "CA-NS", "isco08": "5321", "closes_on": "2024-01-01T00:00:00Z"}
    assert desk.report("job_order.amended", wrong) == [
        "V_PLACE_OUTSIDE",
        "V_OCCUPATION_OUT_OF_SCOPE",
        "V_CLOSES_IN_PAST",
    ]
    cost = {"costs": [{"item": "visa", "payer": "WORKER"}]}
    assert desk.report("job_order.amended", cost) == ["V_WORKER_COST"]


def test_an_amendment_clears_what_it_names() -> None:
    desk = Desk()
    made.posted(desk)
    more = {"licence": {"body": "NANB", "stage": "ELIGIBLE"}, "education": 6, "noc2021": "32101"}
    assert desk.report("job_order.amended", more) == ["vacancy.changed"]
    assert (desk.last().changed, desk.state().teer) == (("noc2021", "teer", "licence", "education"), 2)
    both = {"education": 5, "clear": ["education"]}
    assert desk.report("job_order.amended", both) == ["CLEARED_AND_GIVEN"]
    assert desk.reasons() == [("CLEARED_AND_GIVEN", "/data/education")]
    clear = {"clear": ["licence", "education", "noc2021", "costs", "languages", "experience"]}
    assert desk.report("job_order.amended", clear) == ["vacancy.changed"]
    state = desk.state()
    assert (state.licence, state.education, state.noc2021, state.teer, state.costs) == (
        None,
        None,
        None,
        None,
        (),
    )
    assert desk.report("job_order.amended", clear) == ["NO_CHANGE"]


def test_a_partnership_of_another_number_is_another() -> None:
    desk = Desk()
    desk.opens()
    desk.submit(partnership=NB[:-1] + "2")
    assert waits(desk) == ["partnership"]
    assert desk.suspends() == []
    assert desk.state(ID).phase == "pending"
