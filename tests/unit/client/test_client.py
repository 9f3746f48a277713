"""The client without a server: what it reads, what it drops, what it refuses to be asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jembatan.client import (
    ClientError,
    Cluster,
    Event,
    NoTopic,
    Publisher,
    Repeats,
    Subscriber,
    Unknown,
    Unreachable,
)
from jembatan.client.received import receive
from jembatan.contracts.events import language
from jembatan.contracts.examples import example
from jembatan.contracts.registry import FACTS, REPORTS
from jembatan.engine.records import TICK, Record
from tests.unit.cli import made

AT = datetime(2025, 6, 3, 12, tzinfo=UTC)
POSTED = FACTS["vacancy.posted"]


def received(*records: Record) -> list[object]:
    return list(receive(records, language()))


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_fact_comes_with_its_model(name: str) -> None:
    event = made.fact(name, sequence=3)
    assert isinstance(event.data, FACTS[name].model)
    assert (event.name, event.noun, event.sequence, event.at) == (name, FACTS[name].noun, 3, AT)


def test_fields_that_came_later_are_ignored() -> None:
    key, value, headers = example(POSTED)
    value = value.replace(b'"data":{', b'"data":{"added_later":1,').replace(
        b'{"specv', b'{"later":"x","specv'
    )
    [event] = received(Record(POSTED.topic, 0, 0, AT, key, value, headers))
    assert isinstance(event, Event) and event.name == "vacancy.posted"


def test_a_type_that_came_later_is_unknown_and_stops_nothing() -> None:
    key, value, headers = example(POSTED)
    later = value.replace(b"vacancy.posted.v1", b"vacancy.praised.v1")
    found = received(
        *(Record(POSTED.topic, 0, n, AT, key, one, headers) for n, one in enumerate([later, value]))
    )
    assert isinstance(found[0], Unknown) and found[0].reasons[0].code == "UNKNOWN_TYPE"
    assert isinstance(found[1], Event)


@pytest.mark.parametrize("value", [b"", b"\x00\xff", b"[" * 100_000, b'{"a": NaN}', None])
def test_garbage_is_unknown(value: bytes | None) -> None:
    _, _, headers = example(POSTED)
    [found] = received(Record(POSTED.topic, 0, 0, AT, None, value, headers))
    assert isinstance(found, Unknown) and found.reasons


def test_ticks_are_no_events() -> None:
    assert received(Record("partners.reports", 0, 0, AT, None, b"", ((TICK, b"1"),))) == []


def test_a_report_without_time_has_its_records() -> None:
    event = made.report("cap.set", "r-1")
    untimed = Event(event.record, event.name, event.envelope.model_copy(update={"time": None}))
    assert untimed.at == event.record.at


def test_each_fact_is_new_once() -> None:
    repeats = Repeats()
    first, second, other = (
        made.fact("vacancy.posted"),
        made.fact("vacancy.posted", sequence=2),
        made.fact("cap.changed"),
    )
    found = [repeats.is_new(event) for event in (first, second, first, second, other)]
    assert found == [True, True, False, False, True]


def test_what_was_kept_goes_on_where_it_was() -> None:
    first, second = made.fact("vacancy.posted"), made.fact("vacancy.posted", sequence=2)
    before = Repeats()
    before.is_new(first)
    after = Repeats(before.last.items())
    assert not after.is_new(first) and after.is_new(second)


def test_nouns_of_one_subject_are_counted_apart() -> None:
    repeats = Repeats()
    assert repeats.is_new(made.fact("offer.extended", subject="r:c"))
    assert repeats.is_new(made.fact("match.made", subject="r:c"))


def test_what_is_missing_is_counted_before_it_is_remembered() -> None:
    repeats = Repeats()
    fourth = made.fact("vacancy.posted", sequence=4)
    assert repeats.missing_before(fourth) == 3
    repeats.is_new(fourth)
    assert repeats.missing_before(made.fact("vacancy.posted", sequence=5)) == 0
    assert repeats.missing_before(made.report("cap.set", "r-1")) == 0


def test_reports_have_no_sequence_and_are_always_new() -> None:
    repeats, event = Repeats(), made.report("cap.set", "r-1")
    assert repeats.is_new(event) and repeats.is_new(event)


def test_reports_go_to_the_shared_or_to_the_own_topic() -> None:
    assert Publisher("k", "urn:a").topic_of("cap.set") == REPORTS["cap.set"].topic
    assert Publisher("k", "urn:a", own_topic="bp2mi").topic_of("cap.set") == "partners.reports.bp2mi"
    with pytest.raises(ValueError, match=r"cap\.sett"):
        Publisher("k", "urn:a").topic_of("cap.sett")


async def test_a_publisher_that_is_not_open_says_so() -> None:
    with pytest.raises(ClientError, match="async with"):
        await Publisher("k", "urn:a").report("cap.set", "ID", {})


async def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1"):
        async with Publisher("127.0.0.1:1", "urn:a"):
            pass
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1"):
        async with Subscriber("127.0.0.1:1", ["partners.facts"]):
            pass


@pytest.mark.parametrize("options", [{"to_end": True}, {"from_": AT}, {"from_": {("a", 0): 3}}])
def test_a_group_goes_on_where_it_was(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="group"):
        Subscriber("k", ["a"], group="g", **options)  # type: ignore[arg-type]


def test_report_topics_are_the_shared_ones_and_reporters_own() -> None:
    found = Cluster(
        "c", {"partners.reports": 4, "partners.reports.a": 4, "partners.reportsx": 1, "partners.facts": 4}
    )
    assert found.report_topics(["partners", "vacancies"]) == ["partners.reports", "partners.reports.a"]
    with pytest.raises(NoTopic, match=r"vacancies\.facts"):
        found.count("vacancies.facts")
