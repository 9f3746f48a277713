"""Answers, roles' passwords, retried records, candidates' reasons."""

from __future__ import annotations

import json

import pytest

from cli.answers import Answers, cause_of, fact_topics, output_topics
from cli.eligibility import Entry
from cli.exits import Exit, Failed
from cli.migrate import passwords
from cli.refused import Asked, Target
from cli.report import verdict
from cli.retry import prepared, renewed, runs
from jembatan import topology
from jembatan.contracts.examples import example
from jembatan.contracts.refusal import Reason, RefusedReport
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
    assert again is not None
    assert (again["id"], again["retryof"]) == ("new", "example-job_order.submitted-1")
    value = json.dumps(again).encode()
    read = made.read_one(made.record("vacancies.reports", Encoded(b"", value, HEADERS)))
    before = made.read_one(made.record("vacancies.reports", encoded))
    assert (read.data, read.subject, read.name) == (before.data, before.subject, before.name)


@pytest.mark.parametrize("value", [b"", b"x", b"[]", b'{"id": 3}', b'{"type": "a"}'])
def test_what_is_no_event_with_an_id_cannot_be_retried(value: bytes) -> None:
    record = made.record("vacancies.reports", Encoded(b"", value, HEADERS))
    assert renewed(record, "new") is None
    outcome, again = prepared(target(3), record)
    assert again is None and "mend it" in outcome.why_not
    assert "no longer keeps it" in prepared(target(3), None)[0].why_not


def target(offset: int, refusal: str = "refusal-1", topic: str = "vacancies.reports") -> Target:
    return Target(refusal, RefusedReport(id="order-1", topic=topic, partition=0, offset=offset))


def test_a_retry_of_one_refusal_has_one_id_and_of_another_another() -> None:
    record = made.record("vacancies.reports", example(REPORTS["job_order.submitted"], "structured"))
    first, again, other = (prepared(target(3, name), record)[0].id for name in ("a", "a", "b"))
    assert first == again != other


def test_what_lies_near_is_read_in_one_go() -> None:
    found = [target(9000), target(3), target(5, topic="matching.reports"), target(4)]
    assert [[one.report.offset for one in run] for run in runs(found)] == [[5], [3, 4], [9000]]


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
    asked = Asked(("vacancies.refusals",), identity=identity, source=source)
    assert asked.takes(made.refused(ORDER)) is found
    assert not asked.takes(made.fact("vacancy.posted", ORDER))


@pytest.mark.parametrize(("codes", "found"), [((), True), (("BAD_DATA", "X"), True), (("X",), False)])
def test_a_refusal_is_found_by_any_of_its_reasons(codes: tuple[str, ...], found: bool) -> None:
    assert Asked(("vacancies.refusals",), codes=codes).takes(made.refused(ORDER)) is found


def test_a_candidates_reasons_are_told_for_each_vacancy() -> None:
    why = Reason(code="LANGUAGE_TOO_LOW", detail="Speaking is 4, the licence asks 7.")
    entry = Entry("r1", "bp2mi-1", ("nb-1",), 70, None, {"nb-2": (why,)})
    head, line = entry.lines()
    assert "score 70" in head and "eligible for nb-1" in head and "not matched" in head
    assert "nb-2" in line and "LANGUAGE_TOO_LOW" in line and "asks 7" in line
    assert entry.as_object()["reasons"]["nb-2"][0]["code"] == "LANGUAGE_TOO_LOW"
