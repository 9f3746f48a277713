"""What is an event, what is none, and why."""

from __future__ import annotations

import json

import pytest

from jembatan.contracts.binding import LARGEST, MOST_HEADERS
from jembatan.contracts.events import language
from jembatan.contracts.examples import example_data
from jembatan.contracts.reading import Read, Unreadable, fingerprint, read
from jembatan.contracts.reasons import MEANING, MOST_REASONS, Code
from jembatan.contracts.registry import REPORTS
from tests.contracts.records import (
    STRUCTURED,
    TOPIC,
    Record,
    binary,
    codes,
    event,
    event_of,
    refused,
    structured,
)

OUT_OF_UTC = (
    "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.9999999Z",
    "0001-01-01T00:00:00Z", "0001-01-01T01:00:00+01:00", "0001-01-01T00:00:00+14:00",
)  # fmt: skip
"""No times in UTC, or its first or last, which PostgreSQL's driver takes for infinity."""


def test_structured_and_binary_give_the_same_event() -> None:
    first, second = event_of(structured()).envelope, event_of(binary()).envelope
    assert first.model_copy(update={"datacontenttype": "application/json"}) == second
    assert first.data.max == 150
    assert first.time is not None
    assert first.time.utcoffset() is not None


def test_fingerprint_is_of_content_not_of_form() -> None:
    plain = fingerprint(event_of(structured()).envelope)
    spelt = structured(
        data={"max": 150, "period_start": None, "scope": {"jurisdiction": "CA-NB", "origin": "ID"}}
    )
    assert fingerprint(event_of(binary()).envelope) == plain
    assert fingerprint(event_of(spelt).envelope) == plain
    assert fingerprint(event_of(structured(id="another", time=...)).envelope) == plain


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "ID:CA-NS"},
        {"data": {"scope": {"origin": "ID", "jurisdiction": "CA-NB"}, "max": 151}},
        {"data": {"scope": {"origin": "ID", "jurisdiction": "CA-NB"}, "max": None}},
    ],
)
def test_fingerprint_tells_other_content(changes: dict[str, object]) -> None:
    other = event_of(structured(**changes)).envelope
    assert fingerprint(other) != fingerprint(event_of(structured()).envelope)


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/cloudevents+json",
        b"application/cloudevents+json; charset=utf-8",
        b'Application/CloudEvents+JSON;charset="UTF-8"',
    ],
)
def test_structured_content_types(content_type: bytes) -> None:
    event_of(Record(structured().value, (("content-type", content_type),)))


@pytest.mark.parametrize(
    "content_type", [b"application/json", b"application/vnd.kp2mi.v2+json; charset=utf-8"]
)
def test_binary_content_types(content_type: bytes) -> None:
    assert event_of(binary({"content-type": content_type})).name == "cap.set"


def test_a_structured_message_may_carry_ce_headers_which_count_for_nothing() -> None:
    headers = (*STRUCTURED, ("ce_id", b"another"), ("ce_type", b"none"), ("ce_source", b"\xff"))
    assert event_of(Record(structured().value, headers)).envelope.id == "kp2mi-1"


def test_the_content_type_of_a_binary_message_wins_over_its_ce_header() -> None:
    assert (
        event_of(binary({"ce_datacontenttype": b"text/plain"})).envelope.datacontenttype == "application/json"
    )


def test_headers_of_others_are_ignored() -> None:
    others: dict[str, bytes | None] = {"x-trace": b"\xff", "ce_Bad": b"1", "ce_": b"", "ce_data": b"{}"}
    event_of(binary(others))


def test_extensions_are_ignored() -> None:
    event_of(structured(partitionkey="x", comexampleothervalue=5))


def test_attributes_that_are_null_are_left_out() -> None:
    assert event_of(structured(time=None, dataschema=None)).envelope.time is None


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Record(None), Code.EMPTY),
        (Record(b""), Code.EMPTY),
        (Record(structured().value, ()), Code.NO_CONTENT_TYPE),
        (Record(b"x" * (LARGEST + 1)), Code.TOO_LARGE),
        (Record(b"{}", (("x", b"y" * LARGEST),)), Code.TOO_LARGE),
        (Record(b"{}", STRUCTURED * (MOST_HEADERS + 1)), Code.TOO_MANY_HEADERS),
        (binary({"content-type": b"application/cloudevents"}), Code.BAD_CONTENT_TYPE),
        (binary({"content-type": b"application/cloudevents+avro"}), Code.BAD_CONTENT_TYPE),
        (binary({"content-type": b"application/cloudevents-batch+json"}), Code.BAD_CONTENT_TYPE),
        (binary({"content-type": b"text/plain"}), Code.BAD_CONTENT_TYPE),
        (binary({"content-type": b"application/json; charset=latin-1"}), Code.BAD_CONTENT_TYPE),
        (binary({"content-type": b"\xff\xfe"}), Code.BAD_CONTENT_TYPE),
        (binary({"content-type": b""}), Code.BAD_CONTENT_TYPE),
        (Record(b"{}", (*STRUCTURED, ("content-type", b"application/json"))), Code.BAD_CONTENT_TYPE),
        (Record(b"not json"), Code.NOT_JSON),
        (Record(b'"\xff"'), Code.NOT_JSON),
        (Record(b"\xef\xbb\xbf{}"), Code.NOT_JSON),
        (Record(b"[" * 500_000 + b"]" * 500_000), Code.NOT_JSON),
        (Record(b"[]"), Code.NOT_JSON),
        (Record(b"7"), Code.NOT_JSON),
        (Record(b"{}{}"), Code.NOT_JSON),
        (binary(value=b"{"), Code.NOT_JSON),
        (binary(value=b'{},"source":"urn:example:other"'), Code.NOT_JSON),
        (Record(structured().value, topic="elsewhere"), Code.WRONG_TOPIC),
        (Record(structured().value, topic="partners"), Code.WRONG_TOPIC),
        (Record(structured().value, topic=""), Code.WRONG_TOPIC),
        (Record(structured().value, topic="matching.reports"), Code.WRONG_TOPIC),
        (Record(structured().value, topic="partners.reportsx"), Code.WRONG_TOPIC),
        (structured(type="org.jembatan.report.cap.burst.v1"), Code.UNKNOWN_TYPE),
        (structured(type="com.example"), Code.UNKNOWN_TYPE),
        (structured(type=""), Code.UNKNOWN_TYPE),
        (structured(type="org.jembatan.report.cap.set.v2"), Code.UNKNOWN_VERSION),
        (structured(type="org.jembatan.fact.cap.changed.v1"), Code.WRONG_TOPIC),
    ],
)
def test_one_reason(record: Record, expected: Code) -> None:
    reasons = refused(record).reasons
    assert [reason.code for reason in reasons] == [expected]
    assert reasons[0].detail.endswith(".")


def test_every_code_has_a_meaning() -> None:
    assert set(MEANING) == set(Code)


@pytest.mark.parametrize("topic", [TOPIC, "partners.reports.kp2mi", "partners.reports.a.b"])
def test_a_reporters_own_topic_is_read_as_the_shared_one(topic: str) -> None:
    assert event_of(Record(structured().value, topic=topic)).name == "cap.set"


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("specversion", ...), ("specversion", "0.3"), ("specversion", 1.0),
        ("id", ...), ("id", ""), ("id", "x" * 256), ("id", "a\x00b"), ("id", "a\nb"), ("id", 7), ("id", None),
        ("source", ...), ("source", ""), ("source", "has space"), ("source", "x" * 256),
        ("type", ...), ("type", 7), ("type", None),
        ("subject", ...), ("subject", ""), ("subject", "has space"), ("subject", "-x"),
        ("subject", "x" * 130),
        ("time", "yesterday"), ("time", "2025-06-03T09:00:00"), ("time", 1748916000), ("time", "1748916000"),
        ("time", "2025-06-03"), ("time", "2025-02-30T09:00:00Z"), ("time", True),
        *(("time", instant) for instant in OUT_OF_UTC),
        ("datacontenttype", "text/xml"), ("datacontenttype", ""),
        ("dataschema", "has space"),
        ("traceparent", "00-1-2-3"),
        ("correlationid", ""), ("retryof", ""), ("retryof", 5),
    ],
)  # fmt: skip
def test_a_wrong_attribute_is_named(attribute: str, value: object) -> None:
    assert codes(structured(**{attribute: value})) == [("BAD_ATTRIBUTE", f"/{attribute}")]


@pytest.mark.parametrize("instant", OUT_OF_UTC)
def test_a_time_that_utc_cannot_hold_is_no_data_either(instant: str) -> None:
    (reason,) = refused(order(instant)).reasons
    assert (reason.code, reason.pointer) == ("BAD_DATA", "/data/closes_on")
    assert reason.detail == "Input should be a time within the years 1 to 9999, in UTC as well."


@pytest.mark.parametrize(
    "instant",
    [
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59+14:00",
        "0001-01-01T00:01:00Z",
        "0001-01-01T00:00:00-03:00",
    ],
)
def test_a_time_at_the_edge_is_kept_as_it_is(instant: str) -> None:
    found = event_of(order(instant)).envelope.data.closes_on
    assert found.isoformat() == instant.replace("Z", "+00:00")


def order(closes_on: str) -> Record:
    """A job order's report that closes then."""
    name = REPORTS["job_order.submitted"]
    whole = event(type=name.type, subject="order-1", data=example_data(name) | {"closes_on": closes_on})
    return Record(json.dumps(whole).encode(), topic=name.topic)


@pytest.mark.parametrize("header", ["ce_id", "ce_source", "ce_subject", "ce_type", "ce_specversion"])
def test_a_missing_or_undecodable_header_is_named(header: str) -> None:
    expected = [("BAD_ATTRIBUTE", f"/{header[3:]}")]
    assert codes(binary({header: None})) == expected
    assert codes(binary({header: b"\xff"})) == expected


def test_all_faults_come_at_once() -> None:
    data = {"scope": {"origin": "Indonesia", "extra": 1}, "max": -1, "mx": 150}
    assert codes(structured(subject="", source=..., data=data)) == [
        ("BAD_ATTRIBUTE", "/source"),
        ("BAD_ATTRIBUTE", "/subject"),
        ("BAD_DATA", "/data/scope/origin"),
        ("BAD_DATA", "/data/scope/extra"),
        ("BAD_DATA", "/data/max"),
        ("BAD_DATA", "/data/mx"),
    ]


def test_an_unknown_type_has_its_wrong_attributes_named_too() -> None:
    assert codes(structured(type="com.example", id="")) == [
        ("UNKNOWN_TYPE", "/type"),
        ("BAD_ATTRIBUTE", "/id"),
    ]


@pytest.mark.parametrize("data", [..., None, [], "x", 5])
def test_data_is_one_object(data: object) -> None:
    assert codes(structured(data=data)) == [("BAD_DATA", "/data")]


def test_data_in_base64_is_refused_by_name() -> None:
    assert codes(structured(data=..., data_base64="e30=")) == [
        ("BAD_DATA", "/data"),
        ("BAD_DATA", "/data_base64"),
    ]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000])
def test_numbers_that_are_none(number: str) -> None:
    text = json.dumps(event()).replace("150", number)
    assert {code for code, _ in codes(Record(text.encode()))} <= {"NOT_JSON", "BAD_DATA"}


def test_of_a_repeated_key_the_last_counts() -> None:
    text = json.dumps(event()).replace('"max": 150', '"max": 1, "max": 150')
    assert event_of(Record(text.encode())).envelope.data.max == 150


def test_many_faults_are_counted() -> None:
    reasons = refused(structured(data={f"x{number}": 0 for number in range(2 * MOST_REASONS)})).reasons
    assert len(reasons) == MOST_REASONS + 1
    assert reasons[-1].detail == "There are 102 more faults."


def test_a_flood_of_faults_is_not_listed() -> None:
    found = refused(structured(data={f"x{number}": 0 for number in range(50_000)}))
    (reason,) = found.reasons
    assert (reason.code, reason.pointer) == ("BAD_DATA", "/data")
    assert "faults, too many to list" in reason.detail
    assert found.known["id"] == "kp2mi-1"


def test_a_key_that_is_named_as_the_type_misleads_no_pointer() -> None:
    name = "org.jembatan.report.cap.set.v1"
    whole = event(**{name: {"data": {"max": {}}}}, data={"max": 1})
    assert codes(Record(json.dumps(whole).encode())) == [("BAD_DATA", "/data/scope")]


def test_what_could_be_read_is_given_if_it_is_valid() -> None:
    found = refused(structured(subject="has space", data={}))
    assert found.known == {
        "source": "urn:example:kp2mi",
        "id": "kp2mi-1",
        "type": "org.jembatan.report.cap.set.v1",
    }
    report = found.report
    assert (report.topic, report.partition, report.offset, report.subject) == (TOPIC, 3, 41, None)


def test_a_record_in_the_wrong_topic_is_known_whole() -> None:
    assert refused(Record(structured().value, topic="matching.reports")).report.subject == "ID:CA-NB"


def test_bad_records_leave_the_good_ones_in_their_order() -> None:
    records = [structured(id="a"), Record(None), structured(id="b"), structured(data={}), binary()]
    kinds = [type(found) for found in read(records, language())]
    assert kinds == [Read, Unreadable, Read, Unreadable, Read]
