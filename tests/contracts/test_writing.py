"""What is written: facts, refusals, reports."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from jembatan.contracts.examples import NoExample, example_data, example_subject
from jembatan.contracts.model import FactData, State
from jembatan.contracts.refusal import Reason, RefusedReport, refusal
from jembatan.contracts.registry import FACTS, EventType, Kind, LaneOf
from jembatan.contracts.writing import Cause, encode_fact, encode_refusal, encode_report, schema_urn, urn
from tests.contracts.records import Record, event_of

AT = datetime(2025, 6, 3, 9, 0, 0, 123000, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CAUSE = Cause("r-1", "c-1", TRACE, "partners.reports.kp2mi", 2, 2**40)


class _Thing(State):
    id: str
    max: int | None = None


class _ThingKnown(FactData):
    state: _Thing
    changed: tuple[str, ...] = ()


KNOWN = EventType(
    Kind.FACT, "thing.known", "partners", "partners.facts", "a thing", LaneOf.SUBJECT, False, (), (), (),
    "A.", _ThingKnown,
)  # fmt: skip


def fact(cause: Cause = CAUSE, simulated: bool = False) -> dict[str, object]:
    data = _ThingKnown(state=_Thing(id="t1"))
    record = encode_fact(KNOWN, "t1", data, id="f-1", at=AT, sequence=7, cause=cause, simulated=simulated)
    assert record.key == b"t1"
    assert record.headers == (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
    found: dict[str, object] = json.loads(record.value)
    return found


def test_a_fact_is_one_self_contained_object() -> None:
    assert fact() == {
        "specversion": "1.0",
        "id": "f-1",
        "source": "urn:jembatan:partners",
        "type": "org.jembatan.fact.thing.known.v1",
        "subject": "t1",
        "time": "2025-06-03T09:00:00.123000Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:jembatan:schema:fact.thing.known.v1",
        "sequence": "00000000000000000007",
        "traceparent": TRACE,
        "correlationid": "c-1",
        "causationid": "r-1",
        "causetopic": "partners.reports.kp2mi",
        "causepartition": 2,
        "causeoffset": "1099511627776",
        "data": {"state": {"id": "t1", "max": None}, "changed": []},
    }


def test_what_has_no_record_has_no_coordinates() -> None:
    found = fact(Cause("deadline:thing.ends/t1"))
    assert found["causationid"] == "deadline:thing.ends/t1"
    absent = {"causetopic", "causepartition", "causeoffset", "correlationid", "traceparent", "simulated"}
    assert not absent & found.keys()


def test_simulated_time_is_said_in_every_fact() -> None:
    assert fact(simulated=True)["simulated"] is True


def test_sequences_sort_as_text() -> None:
    data = _ThingKnown(state=_Thing(id="t1"))
    written = [
        json.loads(encode_fact(KNOWN, "t1", data, id="f", at=AT, sequence=n, cause=CAUSE).value)["sequence"]
        for n in (1, 9, 10, 10**12)
    ]
    assert written == sorted(written)


def refused(**known: str) -> RefusedReport:
    return RefusedReport(**known, topic="partners.reports", partition=2, offset=41)


@pytest.mark.parametrize(
    ("known", "subject"),
    [({"subject": "ID:CA-NB", "id": "r-1"}, "ID:CA-NB"), ({}, "partners.reports:2:41")],
)
def test_a_refusal_comes_back(known: dict[str, str], subject: str) -> None:
    reasons = (Reason(code="BAD_DATA", pointer="/data/max", detail="One."), Reason(code="X", detail="Two."))
    problem = refusal(refused(**known), reasons)
    record = encode_refusal("partners", problem, id="x-1", at=AT, cause=CAUSE, simulated=True)
    read = event_of(Record(record.value, record.headers, "partners.refusals"))
    assert (read.name, read.envelope.subject, record.key) == ("refusal", subject, subject.encode())
    assert read.envelope.data == problem
    assert json.loads(record.value)["data"]["type"] == "urn:jembatan:problem:BAD_DATA"


def test_a_report_in_either_mode() -> None:
    data = {"reason": "MORATORIUM", "legal_basis": "Law 18/2017, article 32"}
    local = AT.astimezone(timezone(timedelta(hours=7)))
    for mode in ("structured", "binary"):
        record = encode_report(
            "suspension.ordered", "ID:CA-NB:ISIC4-Q:G2G:1", "urn:example:kp2mi", "r-2", data, local,
            mode, correlationid="c-1", retryof="r-1", traceparent=TRACE,
        )  # fmt: skip
        envelope = event_of(Record(record.value, record.headers)).envelope
        assert envelope.time == AT
        assert (envelope.correlationid, envelope.traceparent) == ("c-1", TRACE)
        assert envelope.model_dump()["retryof"] == "r-1"
        assert envelope.data.reason == "MORATORIUM"


def test_a_misspelt_report_is_told_what_there_is() -> None:
    with pytest.raises(ValueError, match=r"no report 'cap\.sett'; there are: .*cap\.set"):
        encode_report("cap.sett", "ID", "urn:example:a", "1", {})


def test_names() -> None:
    assert urn("matching") == "urn:jembatan:matching"
    assert schema_urn(FACTS["cap.changed"]) == "urn:jembatan:schema:fact.cap.changed.v1"


def test_a_model_without_an_example_is_told_how_to_give_one() -> None:
    with pytest.raises(NoExample, match="json_schema_extra"):
        example_data(KNOWN)


def test_the_subject_of_an_example_is_its_states() -> None:
    assert example_subject(FACTS["partnership.opened"]) == "ID:CA-NB:ISIC4-Q:G2G:1"
