"""The story's partnership and job orders, fact by fact."""

from __future__ import annotations

import pytest

from tests.scenarios.playing import PARTNERSHIP, Played

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]


def test_partnership_from_letter_to_opening(story: Played) -> None:
    told = [(fact.day, fact.name, fact.state["phase"]) for fact in story.about("partnership", PARTNERSHIP)]
    assert told == [
        ("2024-07-12", "partnership.registered", "registered"),
        ("2024-07-12", "partnership.instrument_signed", "letter_of_intent"),
        ("2025-06-03", "partnership.changed", "letter_of_intent"),
        ("2025-06-03", "partnership.instrument_signed", "agreement"),
        ("2025-06-03", "partnership.changed", "agreement"),
        ("2025-09-01", "partnership.opened", "open"),
    ]


def test_instruments_agency_cap_and_safeguards_are_the_real_ones(story: Played) -> None:
    facts = story.about("partnership", PARTNERSHIP)
    signed = [(one["kind"], one["signed_on"]) for one in facts[-1].state["instruments"]]
    assert signed == [("LOI", "2024-07-12"), ("MOU", "2025-06-03")]
    assert [fact.state["origin_agency"] for fact in facts] == ["BP2MI"] * 2 + ["KP2MI"] * 4
    assert facts[-1].state["cap"]["max"] == 150
    assert facts[-1].state["safeguards"]["listed"] is False
    (adopted,) = story.named("safeguards.adopted")
    assert len(adopted.state["countries"]) == 55
    assert "ID" not in adopted.state["countries"]


def test_refused_are_these_three_with_all_their_reasons(story: Played) -> None:
    found = {
        (one["report"]["subject"], one["report"]["type"].split(".")[3]): [
            (reason["code"], reason["pointer"]) for reason in one["reasons"]
        ]
        for one in story.refusals
    }
    assert len(story.refusals) == 3
    assert [code for code, _ in found[PARTNERSHIP, "opening"]] == [
        "INSTRUMENT_MISSING", "CAP_NOT_DECLARED", "SAFEGUARDS_NOT_ADOPTED",
    ]  # fmt: skip
    assert found["nb-homes-aide-9", "job_order"] == [
        ("V_WORKER_COST", "/data/costs/0/payer"),
        ("V_WORKER_COST", "/data/costs/1/payer"),
    ]
    assert [code for code, _ in found["nb-homes-rn-9", "job_order"]] == ["NOT_YOUR_REPORT"]


def test_refused_orders_have_no_facts(story: Played) -> None:
    assert not [fact for fact in story.facts if fact.subject in ("nb-homes-aide-9", "nb-homes-rn-9")]


def test_early_order_waits_and_is_posted_by_the_opening_itself(story: Played) -> None:
    pending, posted, *_ = story.about("vacancy", "nb-hospitals-rn-1")
    assert (pending.name, pending.day, pending.state["waits_for"]) == (
        "vacancy.pending",
        "2025-07-14",
        ["opening"],
    )
    assert (posted.name, posted.state["waits_for"]) == ("vacancy.posted", [])
    assert posted.event["causetopic"] == "partners.facts"
    opened = next(
        fact for fact in story.facts if fact.name == "partnership.opened" and fact.subject == PARTNERSHIP
    )
    cause = (opened.message.partition, opened.message.offset)
    assert (posted.event["causepartition"], int(posted.event["causeoffset"])) == cause


def test_orders_after_the_opening_are_posted_at_once(story: Played) -> None:
    for name in ("nb-hospitals-lpn-1", "nb-homes-lpn-1", "nb-hospitals-aide-1", "nb-homes-aide-1"):
        posted, *_ = story.about("vacancy", name)
        assert (posted.name, posted.day, posted.event["causetopic"]) == (
            "vacancy.posted", "2025-09-02", "vacancies.reports",
        )  # fmt: skip
