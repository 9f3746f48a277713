"""Personal data stands in the reports that are marked so, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from pydantic import BaseModel

import jembatan.contracts.events  # noqa: F401  (importing declares)
from jembatan.contracts.registry import FACTS, REPORTS, EventType
from jembatan.topology import load, topics
from tests.contracts.fields import field_names, parts

# Names of fields that say something about a person.
EVIDENCE = frozenset(
    {"birth_date", "born", "born_on", "date_of_birth", "age", "citizenship", "nationality", "evidence"}
    | {"health", "physical", "mental", "fitness", "social_security", "document", "documents", "passport"}
    | {"test", "tests", "licence", "licences", "competence", "experience", "education", "address", "phone"}
    | {"email", "marital_status", "family", "dependants"}
)
NEVER_TAKEN = frozenset(
    {"name", "full_name", "given_name", "family_name", "first_name", "last_name", "sex", "gender", "religion"}
    | {"photo", "photograph", "ethnicity", "race", "tribe", "pregnant", "pregnancy", "political_opinion"}
)
SERVICES_OF_PERSONS = ("matching",)


def named(model: type[BaseModel], banned: Iterable[str]) -> list[str]:
    return sorted(where for where, name in field_names(model) if name in set(banned))


ALL_FACTS = [pytest.param(event, id=event.name) for event in FACTS.values()]


@pytest.mark.parametrize("event", ALL_FACTS)
def test_no_fact_of_persons_has_a_field_of_evidence(event: EventType) -> None:
    banned = EVIDENCE | NEVER_TAKEN if event.service in SERVICES_OF_PERSONS else NEVER_TAKEN - {"name"}
    assert named(event.model, banned) == []


@pytest.mark.parametrize("event", ALL_FACTS)
def test_no_fact_shares_a_part_with_a_personal_report(event: EventType) -> None:
    personal = {
        part
        for report in REPORTS.values()
        if report.personal
        for _, part in parts(report.model)
        if not part.__module__.endswith("contracts.model")
    }
    shared = [part.__name__ for _, part in parts(event.model) if part in personal]
    assert shared == []


def test_no_report_takes_what_is_never_taken() -> None:
    found = {report.name: named(report.model, NEVER_TAKEN) for report in REPORTS.values() if report.personal}
    assert {name: fields for name, fields in found.items() if fields} == {}


def test_evidence_comes_by_marked_reports_only() -> None:
    unmarked = {
        report.name: named(report.model, EVIDENCE)
        for report in REPORTS.values()
        if report.service in SERVICES_OF_PERSONS and not report.personal
    }
    assert {name: fields for name, fields in unmarked.items() if fields} == {}


def test_personal_reports_stand_in_topics_of_short_retention() -> None:
    kept = {
        topic.name: int(topic.config.get("retention.ms", -1)) for topic in topics(load(), "compose", "broker")
    }
    for report in REPORTS.values():
        if report.personal:
            assert report.topic == "matching.reports"
            assert 0 < kept[report.topic] <= 14 * 86_400_000
            assert 0 < kept["matching.refusals"] <= 14 * 86_400_000


class _Person(BaseModel):
    birth_date: str


class _Careless(BaseModel):
    who: tuple[_Person, ...] | None = None


def test_a_careless_fact_is_caught() -> None:
    assert named(_Careless, EVIDENCE) == ["_Person.birth_date"]
