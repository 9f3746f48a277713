"""`jembatan doctor` in the broker's time, while services run and after they have stopped."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import asyncpg
import pytest
from confluent_kafka import TopicPartition
from confluent_kafka import admin as kafka_admin

from cli.doctor import backlog
from cli.doctor.kinds import Kind
from cli.exits import Exit
from jembatan.client import ends
from tests.faults.ledger import quiet
from tests.faults.load import SOURCE, Load, job_orders, partnerships
from tests.support.databases import copied
from tests.support.kafka import Headers, Reports
from tests.support.platform import SERVICES, Platform, platform
from tests.unit.cli.commands import Ran, jembatan

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The services with some facts, refusals and repeats."""
    with platform(tmp_path_factory.mktemp("doctor")) as whole:
        whole.await_ready(*whole.start(*SERVICES))
        sender = Reports(whole.kafka, SOURCE)
        reports = [*partnerships(iter(range(20))), *job_orders(iter(range(20)))]
        for number, (service, name, subject, data) in enumerate(reports):
            for _ in range(2 if number % 5 == 0 else 1):
                sender.send(name, subject, data, service=service, identity=f"r-{number}")
        sender.send("partnership.amended", "nobody", {"host_agency": "A"}, service="partners", identity="no")
        sender.flush()
        quiet(whole, sender.acknowledged)
        yield whole


def doctor(whole: Platform, *more: str, postgres: str = "") -> Ran:
    return jembatan("doctor", "--kafka", whole.kafka, "--postgres", postgres or whole.postgres, *more)


def found(ran: Ran) -> dict[str, Any]:
    object_: dict[str, Any] = json.loads(ran.out)
    return object_


def test_running_services_are_no_false_alarm(running: Platform) -> None:
    ran = doctor(running, "--json")
    assert ran.code == Exit.OK, ran.out
    told = found(ran)
    assert told["healthy"] and not told["simulated"] and told["records"] > 80
    assert told["services"] == ["matching", "partners", "vacancies"]


def test_a_busy_platform_is_no_false_alarm(running: Platform) -> None:
    with Load(running.kafka, 1000, seed=1) as load:
        for _ in range(2):
            ran = doctor(running, "--json")
            assert ran.code == Exit.OK, ran.out
        assert jembatan("replay", "vacancies", *servers(running)).code == Exit.OK
    assert len(load.reports.acknowledged) > 100
    quiet(running, load.reports.acknowledged)


@pytest.mark.long
def test_a_database_that_is_older_than_its_topics_halts_and_says_what_to_run(running: Platform) -> None:
    for process in running.running():
        process.stop()
    asyncio.run(copied(running.stack, "jembatan", "older"))
    [process] = running.start("partners")
    sender = Reports(running.kafka, SOURCE)
    for service, name, subject, data in partnerships(iter(range(900, 940))):
        sender.send(name, subject, data, service=service)
    sender.flush()
    quiet(running, sender.acknowledged)
    process.stop()
    asyncio.run(copied(running.stack, "jembatan", "newest"))
    asyncio.run(copied(running.stack, "older", "jembatan"))
    ahead = [one for one in found(doctor(running, "--json"))["findings"] if one["kind"] == "TOPIC_AHEAD"]
    assert ahead and {one["service"] for one in ahead} == {"partners"}
    assert "restored from a backup" in ahead[0]["do"]
    # The older rows are what the older facts say.
    assert jembatan("replay", "partners", *servers(running)).code == Exit.OK
    [process] = running.start("partners")
    text = until_halted(running)
    assert "TOPIC_AHEAD" in text and "`jembatan recover partners`" in text
    process.stop()
    assert "lane_halted" in process.log.read_text() and "docs/doctor.md" in process.log.read_text()
    asyncio.run(copied(running.stack, "newest", "jembatan"))
    running.await_ready(*running.start("partners"))
    assert "publishes nothing" not in jembatan("status", *servers(running)).out
    kinds = {one["kind"] for one in found(doctor(running, "--json"))["findings"]}
    assert kinds <= {"UNDECIDED", "UNPUBLISHED"}, "only the services that do not run are behind"


def servers(whole: Platform) -> tuple[str, ...]:
    return "--kafka", whole.kafka, "--postgres", whole.postgres


def until_halted(whole: Platform) -> str:
    deadline = monotonic() + 60
    while "publishes nothing" not in (text := jembatan("status", *servers(whole)).out):
        assert monotonic() < deadline, text
        sleep(0.5)
    return text


def test_a_services_own_role_is_told_that_it_may_not_read_the_others(running: Platform) -> None:
    own = running.environment("partners")["JEMBATAN_POSTGRES"]
    told = found(doctor(running, "--json", postgres=own))
    assert {(one["kind"], one["service"]) for one in told["findings"]} == {
        ("NOT_READABLE", "matching"),
        ("NOT_READABLE", "vacancies"),
    }
    assert told["services"] == ["partners"]


def test_servers_that_do_not_answer_are_told_by_the_exit_code(running: Platform) -> None:
    assert doctor(running, postgres="postgresql://nobody@127.0.0.1:1/x").code == Exit.UNREACHABLE
    ran = jembatan("doctor", "--kafka", "127.0.0.1:1", "--postgres", running.postgres)
    assert ran.code == Exit.UNREACHABLE and "Traceback" not in ran.err


def test_what_happens_while_no_service_runs_is_found(
    running: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    for process in running.running():
        process.stop()
    monkeypatch.setattr(backlog, "PATIENCE", timedelta(0))
    sender = Reports(running.kafka, SOURCE)
    end = send(running.kafka, sender, "passed")
    asyncio.run(_damage(running.postgres, end))
    send(running.kafka, sender, "waits")
    _in_kafka(running.kafka)
    told = found(doctor(running, "--json"))
    for kind, text in WANTED.items():
        mine = [one for one in told["findings"] if one["kind"] == kind.name]
        assert any(text in f"{one['where']}: {one['what']}" for one in mine), (kind, told)
    assert {one["kind"] for one in told["findings"]} == {kind.name for kind in WANTED}


WANTED = {
    Kind.UNANSWERED: f"report passed of {SOURCE} led to nothing",
    Kind.UNDECIDED: "partners.reports/2: ",
    Kind.UNPUBLISHED: "vacancies.facts/1: 1 facts wait",
    Kind.ROW_BEYOND_HEAD: "vacancies.facts/2, place",
    Kind.KEPT_TOO_LONG: "matching.reports: it keeps for ever",
    Kind.NOT_MIGRATED: "it lacks 0002_rounds",
    Kind.POSITION_PASSED_BY: "vacancies.reports/0: records 0 to ",
}
HEADERS: Headers = [("content-type", b"application/cloudevents+json")]
WAITING = """
INSERT INTO vacancies.outbox (topic, partition, place, id, key, value, at, decided_at)
SELECT topic, partition, head + $2::bigint, gen_random_uuid(), 'k',
    '{"id": "8d0ad1f8-30ac-4f25-a1e2-d1a2a7ba2a01"}', now(), now() - interval '1 minute'
FROM vacancies.lane_head WHERE topic = 'vacancies.facts' AND partition = $1
"""


def report(identity: str) -> bytes:
    return json.dumps({"specversion": "1.0", "id": identity, "source": SOURCE, "subject": "k"}).encode()


PASS = """
UPDATE partners.position SET next_offset = $1, last_at = NULL, last_checksum = NULL
WHERE topic = 'partners.reports' AND partition = 2
"""


def send(kafka: str, sender: Reports, identity: str) -> int:
    """Send a report, and give the end of its partition."""
    sender.raw("partners.reports", report(identity), HEADERS, b"k", identity, partition=2)
    sender.flush()
    return asyncio.run(ends(kafka, {"partners.reports": 4}))["partners.reports", 2]


async def _damage(dsn: str, end: int) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("DELETE FROM matching.migration WHERE name = '0002_rounds'")
        await connection.execute(WAITING, 1, 1)
        await connection.execute(
            "UPDATE vacancies.lane_head SET head = head + 1 WHERE topic = 'vacancies.facts' AND partition = 1"
        )
        await connection.execute(WAITING, 2, 9000)
        await connection.execute(PASS, end)
        await connection.execute(
            "UPDATE vacancies.position SET next_offset = 0 "
            "WHERE topic = 'vacancies.reports' AND partition = 0"
        )
    finally:
        await connection.close()


def _in_kafka(kafka: str) -> None:
    """Retention that is too long, and records that are deleted before they were decided."""
    admin: Any = kafka_admin.AdminClient({"bootstrap.servers": kafka})
    wanted: Any = kafka_admin
    entry = wanted.ConfigEntry("retention.ms", "-1", incremental_operation=wanted.AlterConfigOpType.SET)
    topic = wanted.ConfigResource(wanted.ResourceType.TOPIC, "matching.reports", incremental_configs=[entry])
    for done in admin.incremental_alter_configs([topic]).values():
        done.result(10)
    for done in admin.delete_records([TopicPartition("vacancies.reports", 0, -1)]).values():
        done.result(10)
