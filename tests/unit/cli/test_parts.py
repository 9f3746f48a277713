"""Answers, roles' passwords, retried records, candidates' reasons."""

from __future__ import annotations

import json

import pytest

from cli.answers import Answers, cause_of, fact_topics, output_topics
from cli.eligibility import Entry
from cli.exits import Exit, Failed
from cli.migrate import passwords
from cli.report import verdict
from cli.retry import is_about, renewed
from jembatan import topology
from jembatan.contracts.examples import example
from jembatan.contracts.refusal import Reason
from jembatan.contracts.registry import REPORTS, SERVICES
from jembatan.contracts.writing import Encoded
from tests.unit.cli import made

ORDER = made.report("job_order.submitted", "order-1")
OTHER = made.report("job_order.submitted", "order-2")
HEADERS = tuple((name, content or b"") for name, content in ORDER.record.headers)
ROLES = topology.roles(topology.load())


def cause(event: made.Event) -> tuple[str, int, int]:
    return event.record.topic, event.record.partition, event.record.offset


def answers(*events: made.Event) -> Answers:
    found = Answers()
    for event in events:
        found.take(event)
    return found


def test_answers_are_found_by_where_their_cause_lies() -> None:
    found = answers(made.fact("vacancy.posted", ORDER, sequence=2), made.fact("vacancy.pending", ORDER))
    assert [event.name for event in found.of(cause(ORDER))] == ["vacancy.pending", "vacancy.posted"]
    assert found.has([cause(ORDER)]) and not found.has([cause(ORDER), cause(OTHER)])


def test_a_fact_of_a_deadline_answers_no_record() -> None:
    event = made.fact("vacancy.closed")
    assert cause_of(event) is None
    assert answers(event).found == {}


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (answers(made.fact("vacancy.posted", ORDER), made.fact("vacancy.posted", OTHER)), Exit.OK),
        (answers(made.fact("vacancy.posted", ORDER)), Exit.NO_ANSWER),
        (answers(made.fact("vacancy.posted", ORDER), made.refused(OTHER)), Exit.NO),
        (answers(made.refused(ORDER)), Exit.NO),
        (answers(), Exit.NO_ANSWER),
    ],
)
def test_the_exit_code_says_whether_any_was_refused(found: Answers, code: Exit) -> None:
    assert verdict([cause(ORDER), cause(OTHER)], found) is code


def test_outputs_of_all_services_are_known() -> None:
    assert "matching.public" in fact_topics(["matching"])
    assert set(output_topics(SERVICES)) >= {"partners.facts", "vacancies.refusals", "matching.public"}


def test_every_service_role_needs_a_password() -> None:
    with pytest.raises(Failed) as failed:
        passwords(ROLES, {"JEMBATAN_PASSWORD_PARTNERS": "a"})
    assert "JEMBATAN_PASSWORD_VACANCIES" in str(failed.value) and "_PARTNERS" not in str(failed.value)


def test_owners_may_do_without() -> None:
    given = {f"JEMBATAN_PASSWORD_{service.upper()}": service for service in SERVICES}
    assert passwords(ROLES, given | {"JEMBATAN_PASSWORD_PARTNERS_OWNER": "o"}) == {
        "jembatan_partners": "partners",
        "jembatan_vacancies": "vacancies",
        "jembatan_matching": "matching",
        "jembatan_partners_owner": "o",
    }


@pytest.mark.parametrize("mode", ["structured", "binary"])
def test_a_retry_is_the_same_report_under_another_id(mode: str) -> None:
    encoded = example(REPORTS["job_order.submitted"], mode)  # type: ignore[arg-type]
    again = renewed(made.record("vacancies.reports", encoded), "new")
    assert (again["id"], again["retryof"]) == ("new", "example-job_order.submitted-1")
    value = json.dumps(again).encode()
    read = made.read_one(made.record("vacancies.reports", Encoded(b"", value, HEADERS)))
    before = made.read_one(made.record("vacancies.reports", encoded))
    assert (read.data, read.subject, read.name) == (before.data, before.subject, before.name)


@pytest.mark.parametrize("value", [b"", b"x", b"[]", b'{"id": 3}', b'{"type": "a"}'])
def test_what_is_no_event_with_an_id_cannot_be_retried(value: bytes) -> None:
    with pytest.raises(Failed, match="anew"):
        renewed(made.record("vacancies.reports", Encoded(b"", value, HEADERS)), "new")


@pytest.mark.parametrize(
    ("identity", "source", "found"),
    [
        ("order-1", None, True),
        ("refusal-order-1", None, True),
        ("order-1", made.SOURCE, True),
        ("order-1", "urn:other", False),
        ("order-2", None, False),
    ],
)
def test_a_refusal_is_found_by_its_own_id_and_its_reports(
    identity: str, source: str | None, found: bool
) -> None:
    assert is_about(made.refused(ORDER), identity, source) is found
    assert not is_about(made.fact("vacancy.posted", ORDER), identity, source)


def test_a_candidates_reasons_are_told_for_each_vacancy() -> None:
    why = Reason(code="LANGUAGE_TOO_LOW", detail="Speaking is 4, the licence asks 7.")
    entry = Entry("r1", "bp2mi-1", ("nb-1",), 70, None, {"nb-2": (why,)})
    head, line = entry.lines()
    assert "score 70" in head and "eligible for nb-1" in head and "not matched" in head
    assert "nb-2" in line and "LANGUAGE_TOO_LOW" in line and "asks 7" in line
    assert entry.as_object()["reasons"]["nb-2"][0]["code"] == "LANGUAGE_TOO_LOW"
