"""What holds of every topic of the story: order, places, few places for personal data; and its text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from tests.scenarios.playing import FACTS, REFUSALS, Played

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(500)]
EVIDENCE = {
    "evidence", "birth_date", "citizenship", "competence", "health", "social_security", "documents", "tests",
    "licences", "taken_on", "listening", "certificate",
}  # fmt: skip
OF_ORDERS = {"languages", "licence", "experience", "education", "listening"}


def test_sequences_are_1_to_n_in_one_partition(story: Played) -> None:
    found: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for fact in story.facts:
        found[fact.message.topic, fact.noun, fact.subject].append((fact.message.partition, fact.sequence))
    assert len(found) > 400
    for subject, places in found.items():
        assert len({partition for partition, _ in places}) == 1, subject
        assert [number for _, number in places] == list(range(1, len(places) + 1)), subject


def test_offsets_are_dense_from_zero(story: Played) -> None:
    found: dict[tuple[str, int], list[int]] = defaultdict(list)
    for message in story.messages:
        if message.topic in (*FACTS, *REFUSALS):
            found[message.topic, message.partition].append(message.offset)
    for place, offsets in found.items():
        assert offsets == list(range(len(offsets))), place


def test_every_report_has_facts_or_one_refusal(story: Played) -> None:
    answers: dict[tuple[str, int, int], list[str]] = defaultdict(list)
    for message in story.messages:
        event = message.event if message.topic in (*FACTS, *REFUSALS) else {}
        if "causetopic" in event:
            place = (event["causetopic"], event["causepartition"], int(event["causeoffset"]))
            answers[place].append("refusal" if message.topic in REFUSALS else "fact")
    for message in story.messages:
        if message.topic.endswith(".reports") and message.value:
            found = answers[message.topic, message.partition, message.offset]
            assert found == ["refusal"] or set(found) == {"fact"}, message.event


def test_no_evidence_and_no_reason_of_eligibility_outside_the_reports(story: Played) -> None:
    for fact in story.facts:
        keys = set(_keys(fact.event))
        allowed = OF_ORDERS if fact.noun == "vacancy" else set()
        assert not keys & (EVIDENCE - allowed), fact.event
    values = {
        report["data"]["evidence"]["birth_date"]
        for report in story.reports
        if report["type"].endswith("candidate.registered.v1")
    }
    text = "\n".join((one.value or b"").decode() for one in story.messages if one.topic in FACTS)
    assert '"E_' not in text
    for secret in ("NOT_ADMISSIBLE", "TURNED_BACK", "POSITION_CUT", "FIRST_CHOICE", "WORKED_ON_FISH_FARMS"):
        assert secret not in text, secret
    assert not [value for value in values if f'"{value}"' in text and not value.startswith(("2024", "2025"))]


def test_public_topic_names_no_candidate(story: Played) -> None:
    text = "\n".join((one.value or b"").decode() for one in story.messages if one.topic == "matching.public")
    assert '"r-' in text
    assert "reg-h-" not in text
    assert "reg-a-" not in text


def test_text_answers_who_how_many_why_and_what_next(story: Played) -> None:
    said = " ".join(story.output.split())
    for wanted in (
        "BP2MI with New Brunswick Department of Health", "The origin's agency is KP2MI now",
        "at most 150 seats", "V_WORKER_COST at /data/costs/0/payer", "PENDING, it waits for",
        "posted by itself", "150 candidates matched", "The cap of 150 seats", "Passed over, and why",
        "DECLINED (FAMILY)", "did not answer: the offer LAPSED", "waits for a later round",
        "3 seats of 150 under ID:CA-NB:ISIC4-Q:G2G:1 wait for a later round until 2026-06-03",
        "ROSTERED ANEW", "nb-hospitals-rn-1 is FILLED", "its employer has selected among 12 candidates",
        "every contract, clearance, departure and arrival", "Made up:", "What next:",
    ):  # fmt: skip
        assert wanted in said, wanted
    assert max(map(len, story.output.splitlines())) <= 100


def _keys(value: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, dict):
        yield from value
        for one in value.values():
            yield from _keys(one)
    elif isinstance(value, list):
        for one in value:
            yield from _keys(one)
