"""The command and the client against real services, Kafka and PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from cli.eligibility import entries
from cli.exits import Exit
from jembatan.client import Event, NoTopic, Publisher, Repeats, Subscriber, Unknown, cluster, ends, tick
from jembatan.contracts.envelope import FactEnvelope
from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import FACTS, REPORTS
from jembatan.engine import topics
from jembatan.topology import Topic
from tests.support.kafka import Reports
from tests.support.platform import ROOT, Platform, Process, platform
from tests.unit.cli.commands import Ran, jembatan

pytestmark = pytest.mark.kafka
SOURCE = "urn:jembatan:reporter:test"
KEY = "ID:CA-NB:ISIC4-Q:G2G"
FIRST = f"{KEY}:1"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The services of partnerships and vacancies, with one partnership registered."""
    with platform(tmp_path_factory.mktemp("cli")) as whole:
        whole.await_ready(*whole.start("partners", "vacancies"))
        asyncio.run(_proposed(whole.kafka))
        yield whole


async def _proposed(kafka: str) -> None:
    async with Publisher(kafka, SOURCE) as publisher:
        data = example_data(REPORTS["partnership.proposed"])
        await publisher.report("partnership.proposed", KEY, data, id="proposed")
    async with Subscriber(kafka, ["partners.facts"], from_="earliest") as subscriber:
        async for event in subscriber:
            if event.name == "partnership.registered":
                return


def run(whole: Platform, *arguments: str) -> Ran:
    return jembatan(*arguments, "--kafka", whole.kafka)


def objects(ran: Ran) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.out.splitlines()]


def line(name: str, subject: str, data: dict[str, Any] | None = None, **changes: Any) -> str:  # noqa: ANN401
    """One report as a line of a file, with an id of its own."""
    event = {
        "specversion": "1.0",
        "id": f"r-{uuid.uuid4()}",
        "source": SOURCE,
        "type": REPORTS[name].type,
        "subject": subject,
        "datacontenttype": "application/json",
        "data": example_data(REPORTS[name]) if data is None else data,
    }
    return json.dumps(event | changes)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "reports.jsonl"


def amended(name: str) -> str:
    return line("partnership.amended", FIRST, {"host_agency": name})


def test_reports_become_facts_and_the_exit_code_is_0(running: Platform, file: Path) -> None:
    file.write_text(amended("A") + "\n" + amended("B") + "\n")
    ran = run(running, "report", str(file), "--wait", "--json")
    assert ran.code == Exit.OK, ran.err
    found = objects(ran)
    assert [one["outcome"] for one in found] == ["accepted", "accepted"]
    assert [one["line"] for one in found] == [1, 2]
    assert [one["answers"][0]["data"]["state"]["host_agency"] for one in found] == ["A", "B"]
    assert all(one["answers"][0]["causationid"] == one["id"] for one in found)


def test_a_refusal_is_shown_with_its_reasons_and_the_exit_code_is_1(running: Platform, file: Path) -> None:
    file.write_text(
        amended("C") + "\n" + line("partnership.amended", f"{KEY}:9", {"host_agency": "D"}) + "\n"
    )
    ran = run(running, "report", str(file), "--wait", "--one-by-one")
    assert ran.code == Exit.NO
    assert "✓ partnership.changed" in ran.out
    assert "✗ refused  partnership.amended" in ran.out and "UNKNOWN_SUBJECT  /subject" in ran.out


def test_a_repeat_gets_no_second_answer_and_that_is_said(running: Platform, file: Path) -> None:
    file.write_text(amended("E"))
    assert run(running, "report", str(file), "--wait").code == Exit.OK
    ran = run(running, "report", str(file), "--wait", "--timeout", "2")
    assert ran.code == Exit.NO_ANSWER
    assert "repeat" in ran.out and "jembatan trace" in ran.out


def test_without_wait_it_says_where_reports_lie(running: Platform, file: Path) -> None:
    file.write_text(amended("F"))
    [found] = objects(run(running, "report", str(file), "--json"))
    assert found["topic"] == "partners.reports" and found["offset"] >= 0
    assert "1 to partners.reports" in run(running, "report", str(file)).out


def test_a_topic_that_is_not_there_is_told_at_once(running: Platform, file: Path) -> None:
    file.write_text(amended("G"))
    began = time.monotonic()
    ran = run(running, "report", str(file), "--own-topic", "nobody")
    assert ran.code == Exit.UNREACHABLE and "partners.reports.nobody" in ran.err
    assert time.monotonic() - began < 10


def test_in_simulated_time_a_report_needs_its_time(running: Platform, file: Path) -> None:
    simulated = Topic(
        name="partners.reports.sim",
        partitions=1,
        replication=1,
        config={"message.timestamp.type": "CreateTime"},
    )
    asyncio.run(topics.create(running.kafka, [simulated]))
    file.write_text(amended("H"))
    ran = run(running, "report", str(file), "--own-topic", "sim")
    assert ran.code == Exit.BAD_INPUT and "reports.jsonl:1: /time" in ran.err
    file.write_text(line("partnership.amended", FIRST, {"host_agency": "I"}, time="2025-06-03T12:00:00Z"))
    assert run(running, "report", str(file), "--own-topic", "sim").code == Exit.OK


def test_facts_are_listed_by_type_subject_time_and_reporter(running: Platform) -> None:
    asyncio.run(_reported_and_decided(running.kafka, "listed"))

    def count(*arguments: str) -> int:
        ran = run(running, "facts", "--json", *arguments)
        assert ran.code == Exit.OK, ran.err
        return len(objects(ran))

    assert count("--type", "partnership.registered") == 1
    assert count("--type", "partnership.*") > 1
    assert count("--type", "partnership.*", "--subject", FIRST) == count("--subject", FIRST)
    assert count("--subject", "nobody") == 0
    assert count("--since", "1h") == count()
    assert count("--until", "1h") == 0
    assert count("--service", "vacancies") == 0
    assert count("--last", "1") == 1
    assert count("--reporter", SOURCE) == count()
    assert count("--reporter", "urn:jembatan:reporter:other") == 0


def test_listed_facts_are_in_order_of_time(running: Platform) -> None:
    times = [one["time"] for one in objects(run(running, "facts", "--json"))]
    assert len(times) > 1 and times == sorted(times)


async def _reported_and_decided(kafka: str, name: str) -> Event:
    data = {"host_agency": f"{name} {uuid.uuid4()}"}
    async with Subscriber(kafka, ["partners.facts"]) as subscriber, Publisher(kafka, SOURCE) as publisher:
        sent = await publisher.report("partnership.amended", FIRST, data)
        async for event in subscriber:
            if event.envelope.correlationid == sent.id:
                return event
    raise AssertionError("the subscriber ended")


def test_following_shows_what_comes_until_it_is_interrupted(running: Platform) -> None:
    command = [sys.executable, "-m", "cli.main", "facts", "--follow", "--json", "--kafka", running.kafka]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stderr is not None
        assert b"following" in child.stderr.readline()
        time.sleep(1.0)
        event = asyncio.run(_reported_and_decided(running.kafka, "followed"))
        assert json.loads(child.stdout.readline())["id"] == event.id
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == Exit.INTERRUPTED
        assert b"Traceback" not in child.stderr.read()


def test_a_refused_report_can_be_sent_again(running: Platform, file: Path) -> None:
    missing = line("partnership.amended", f"{KEY}:8", {"host_agency": "J"})
    identity = json.loads(missing)["id"]
    file.write_text(missing)
    assert run(running, "report", str(file), "--wait").code == Exit.NO
    found = objects(run(running, "refusals", "--json", "--type", "UNKNOWN_SUBJECT"))
    assert identity in [one["data"]["report"]["id"] for one in found]
    [again] = objects(run(running, "refusals", "retry", identity, "--json"))
    assert again["retryof"] == identity and again["id"] != identity
    _until_traced(running, again["id"], "refused")
    assert again["id"] in run(running, "trace", identity).out


def test_refusals_are_retried_by_reporter_reason_and_time_and_twice_does_no_harm(
    running: Platform, file: Path
) -> None:
    waits = [line("job_order.verified", f"nb-{n}", {}) for n in range(3)]
    file.write_text("\n".join([*waits, line("partnership.amended", f"{KEY}:7", {"host_agency": "K"})]))
    assert run(running, "report", str(file), "--wait").code == Exit.NO
    asked = ("--reporter", SOURCE, "--reason", "UNKNOWN_SUBJECT", "--since", "1h", "--service", "vacancies")
    dry = objects(run(running, "refusals", "retry", *asked, "--dry-run", "--json"))
    first = objects(run(running, "refusals", "retry", *asked, "--json"))
    assert dry == first and {one["retryof"] for one in first} == {json.loads(one)["id"] for one in waits}
    for one in first:
        _until_traced(running, one["id"], "refused")
    # What the first retry led to is a refusal of its own; the reports of before are repeats.
    before = len(objects(run(running, "refusals", "--json", "--service", "vacancies")))
    last = [one["id"] for one in objects(run(running, "refusals", "retry", first[0]["retryof"], "--json"))]
    assert last == [first[0]["id"]]
    marker = line("job_order.verified", "nb-9", {})
    file.write_text(marker)
    assert run(running, "report", str(file), "--wait").code == Exit.NO
    assert len(objects(run(running, "refusals", "--json", "--service", "vacancies"))) == before + 1


def test_a_retry_whose_cause_is_mended_becomes_a_fact_once(running: Platform, file: Path) -> None:
    subject = f"test-{uuid.uuid4().hex[:8]}"
    early = line("job_order.verified", subject, {})
    file.write_text(early)
    assert run(running, "report", str(file), "--wait").code == Exit.NO
    order = example_data(REPORTS["job_order.submitted"]) | {"closes_on": "2099-12-31T00:00:00Z"}
    file.write_text(line("job_order.submitted", subject, order))
    assert run(running, "report", str(file), "--wait").code == Exit.OK
    for _ in range(2):
        assert run(running, "refusals", "retry", json.loads(early)["id"]).code == Exit.OK
    # Reports of one subject are decided in their order: once this is refused, both retries are decided.
    file.write_text(line("job_order.verified", subject, {}))
    assert run(running, "report", str(file), "--wait").code == Exit.NO
    told = objects(run(running, "facts", "--json", "--subject", subject, "--type", "vacancy.verified"))
    assert len(told) == 1


def test_a_retry_says_which_or_is_bad_input(running: Platform) -> None:
    ran = run(running, "refusals", "retry")
    assert ran.code == Exit.BAD_INPUT and "--reason" in ran.err
    assert run(running, "refusals", "retry", "--reason", "NEVER_HEARD_OF").code == Exit.NO


def test_a_refusal_is_shown_with_its_report_if_asked(running: Platform, file: Path) -> None:
    missing = line("partnership.amended", f"{KEY}:6", {"host_agency": "Shown"})
    identity = json.loads(missing)["id"]
    file.write_text(missing)
    assert run(running, "report", str(file), "--wait").code == Exit.NO
    plain = run(running, "refusals", "show", identity)
    assert "UNKNOWN_SUBJECT" in plain.out and "partners.reports/" in plain.out and "Shown" not in plain.out
    assert "Shown" in run(running, "refusals", "show", identity, "--report").out
    [told] = objects(run(running, "refusals", "show", identity, "--report", "--json"))
    assert told["refusal"]["data"]["report"]["id"] == identity and "Shown" in told["report"]


def test_what_was_never_refused_cannot_be_sent_again(running: Platform) -> None:
    ran = run(running, "refusals", "retry", "unheard-of")
    assert ran.code == Exit.NO and "jembatan refusals" in ran.err


def _until_traced(whole: Platform, identity: str, word: str) -> str:
    deadline = time.monotonic() + 30
    while word not in (out := run(whole, "trace", identity).out):
        assert time.monotonic() < deadline, out
    return out


def test_a_trace_shows_what_led_to_what(running: Platform) -> None:
    event = asyncio.run(_reported_and_decided(running.kafka, "traced"))
    found = objects(run(running, "trace", event.id, "--json"))
    assert [(one["depth"], one["event"]["id"]) for one in found] == [
        (0, event.envelope.correlationid),
        (1, event.id),
    ]
    by_subject = run(running, "trace", FIRST)
    assert by_subject.code == Exit.OK and "✓ partnership.registered" in by_subject.out


def test_a_trace_of_nothing_is_a_no(running: Platform) -> None:
    ran = run(running, "trace", "unheard-of")
    assert ran.code == Exit.NO and "unheard-of" in ran.err


def test_status_tells_of_every_service(running: Platform) -> None:
    deadline = time.monotonic() + 30
    while True:
        ran = run(running, "status", "--postgres", running.postgres, "--json")
        [found] = objects(ran)
        # Only two of the three services run.
        assert [one.partition(":")[0] for one in found["faults"]] == ["matching"]
        assert ran.code == Exit.NO and not found["well"]
        partners = found["services"]["partners"]
        if partners["watermark"] and not partners["backlog"]:
            break
        assert time.monotonic() < deadline, found
    assert found["time"] == "broker" and partners["cluster"] == found["cluster"]
    assert [one["workers"] for one in found["services"].values()] == [1, 1, 0]
    assert partners["backlog"] == 0 and partners["halted"] == {} and partners["lag"] is not None
    age = datetime.now(UTC) - datetime.fromisoformat(partners["watermark"])
    assert timedelta(0) < age + timedelta(seconds=5) < timedelta(seconds=60)


def test_status_with_a_services_own_role_says_what_it_may_not_read(running: Platform) -> None:
    own = running.environment("partners")["JEMBATAN_POSTGRES"]
    ran = run(running, "status", "--postgres", own)
    assert ran.code == Exit.NO and "may not read" in ran.out


def test_topics_are_checked_and_made(running: Platform) -> None:
    ran = run(running, "topics", "--check", "--installation", "embedded")
    assert ran.code == Exit.OK, ran.err
    differs = run(running, "topics", "--check", "--json")
    assert differs.code == Exit.NO
    assert {one["what"] for one in objects(differs)[0]["differences"]} >= {"partitions"}
    assert (
        objects(run(running, "topics", "--create", "--installation", "embedded", "--json"))[0]["made"] == []
    )


def test_migrating_again_changes_nothing(running: Platform) -> None:
    ran = jembatan("migrate", "partners", "--postgres", running.postgres, "--json")
    assert (ran.code, objects(ran)) == (Exit.OK, [{"service": "partners", "applied": []}])


def test_a_service_says_what_it_waits_for_and_ends_on_request(running: Platform) -> None:
    [process] = running.start("partners", JEMBATAN_POSTGRES="postgresql://nobody@127.0.0.1:1/x")
    deadline = time.monotonic() + 30
    while "partners waits" not in process.log.read_text():
        assert time.monotonic() < deadline and process.running, process.log.read_text()
        time.sleep(0.2)
    process.send(signal.SIGINT)
    assert _ended(process) == Exit.INTERRUPTED
    assert "Traceback" not in process.log.read_text()


def test_a_service_with_another_number_of_partitions_ends(running: Platform) -> None:
    [process] = running.start("partners", JEMBATAN_PARTITIONS="7")
    assert _ended(process) == Exit.BAD_INPUT
    assert "JEMBATAN_PARTITIONS is 7" in process.log.read_text()


def _ended(process: Process) -> int:
    deadline = time.monotonic() + 60
    while process.running:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return process.stop()


@pytest.mark.parametrize("mode", ["structured", "binary"])
async def test_both_modes_of_the_publisher_are_decided(running: Platform, mode: Any) -> None:  # noqa: ANN401
    data = {"host_agency": f"{mode} {uuid.uuid4()}"}
    async with Subscriber(running.kafka, ["partners.facts"]) as subscriber:
        async with Publisher(running.kafka, SOURCE) as publisher:
            sent = await publisher.report(
                "partnership.amended", FIRST, data, mode=mode, correlationid=f"c-{mode}"
            )
        async for event in subscriber:
            if event.envelope.correlationid == f"c-{mode}":
                break
    assert isinstance(event.envelope, FactEnvelope) and event.envelope.causationid == sent.id
    assert isinstance(event.data, FACTS["partnership.changed"].model)


async def test_a_group_goes_on_where_it_was(running: Platform) -> None:
    await _reported_and_decided(running.kafka, "one")
    group, first = f"g-{uuid.uuid4()}", []
    async with Subscriber(running.kafka, ["partners.facts"], group=group, from_="earliest") as subscriber:
        total = sum((await ends(running.kafka, {"partners.facts": 4})).values())
        async for event in subscriber:
            first.append(event.id)
            if len(first) == total:
                break
    later = await _reported_and_decided(running.kafka, "two")
    repeats, seen = Repeats(), []
    async with Subscriber(running.kafka, ["partners.facts"], group=group, from_="earliest") as subscriber:
        async for event in subscriber:
            if repeats.is_new(event):
                seen.append(event.id)
            if event.id == later.id:
                break
    assert seen[-1] == later.id
    assert set(seen[:-1]) <= set(first)


async def test_a_subscriber_starts_at_a_time_or_an_offset_and_ends_at_the_end(running: Platform) -> None:
    before = await _reported_and_decided(running.kafka, "before")
    await asyncio.sleep(0.05)
    middle = datetime.now(UTC)
    after = await _reported_and_decided(running.kafka, "after")

    async def ids(**options: Any) -> list[str]:  # noqa: ANN401
        async with Subscriber(running.kafka, ["partners.facts"], to_end=True, **options) as subscriber:
            return [event.id async for event in subscriber]

    assert {before.id, after.id} <= set(await ids(from_="earliest"))
    assert await ids(from_=middle) == [after.id]
    place = (after.record.topic, after.record.partition)
    assert await ids(from_={place: after.record.offset}) == [after.id]
    assert await ids(from_="latest") == []
    assert await ids(from_={}) == []


async def test_what_cannot_be_read_is_given_as_unknown_and_stops_nothing(running: Platform) -> None:
    starts = await ends(running.kafka, {"partners.reports": 4})
    reports = Reports(running.kafka, SOURCE)
    reports.raw("partners.reports", b"\x00garbage", [])
    reports.flush()
    async with Subscriber(running.kafka, ["partners.reports"], from_=starts, to_end=True) as subscriber:
        found = [one async for one in subscriber.received()]
    assert [one for one in found if isinstance(one, Unknown) and one.record.value == b"\x00garbage"]


async def test_a_topic_that_is_not_there_is_named(running: Platform) -> None:
    with pytest.raises(NoTopic, match=r"nothing\.facts"):
        async with Subscriber(running.kafka, ["nothing.facts"]):
            pass


async def test_a_tick_goes_to_every_partition_of_every_report_topic(running: Platform) -> None:
    found = await cluster(running.kafka)
    wanted = {topic: found.partitions[topic] for topic in found.report_topics(["vacancies"])}
    before = await ends(running.kafka, wanted)
    assert await tick(running.kafka, datetime.now(UTC), ["vacancies"]) == sum(wanted.values())
    after = await ends(running.kafka, wanted)
    assert all(after[place] > before[place] for place in before)


ENTER = """
INSERT INTO matching.round_candidate (round_id, candidate, reference, preferences, score, reasons, active)
VALUES ('r1', 'bp2mi-1', 'ref', '{test-1}', 70, $1::jsonb, true)
"""


async def test_a_candidates_reasons_come_from_the_schema_of_matching(running: Platform) -> None:
    reasons = {"test-2": [{"code": "LANGUAGE_TOO_LOW", "pointer": "", "detail": "Speaking is 4, not 7."}]}
    connection = await asyncpg.connect(running.postgres)
    try:
        await connection.execute(ENTER, json.dumps(reasons))
    finally:
        await connection.close()
    found = await entries(running.postgres, ["bp2mi-1", "bp2mi-2"])
    assert not isinstance(found, str)
    [entry] = found
    assert (entry.eligible, entry.score, entry.vacancy) == (("test-1",), 70, None)
    assert entry.reasons["test-2"][0].detail == "Speaking is 4, not 7."


async def test_reasons_that_may_not_be_read_are_a_sentence(running: Platform) -> None:
    own = running.environment("partners")["JEMBATAN_POSTGRES"]
    assert "cannot be read" in str(await entries(own, ["bp2mi-1"]))
    assert "does not answer" in str(await entries("postgresql://x@127.0.0.1:1/x", ["bp2mi-1"]))
