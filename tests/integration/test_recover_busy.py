"""`jembatan recover` in the broker's time: a dump under load, services killed, reports that are gone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from cli.exits import Exit
from cli.recover import alive as workers
from tests.faults.ledger import check, quiet
from tests.faults.load import SOURCE, Load, partnerships
from tests.support.databases import emptied
from tests.support.dumps import Dump, dump, restore
from tests.support.kafka import Reports
from tests.support.platform import SERVICES, Platform, platform, query
from tests.support.waiting import until
from tests.unit.cli.commands import Ran, jembatan

pytestmark = [pytest.mark.kafka, pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform(tmp_path_factory.mktemp("busy")) as whole:
        whole.await_ready(*whole.start(*SERVICES))
        yield whole


def recover(whole: Platform, service: str, monkeypatch: pytest.MonkeyPatch, *more: str) -> Ran:
    for name, value in whole.environment(service).items():
        monkeypatch.setenv(name, value)
    return jembatan("recover", service, "--kafka", whole.kafka, "--postgres", whole.postgres, *more)


def told(ran: Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.out)
    return found


def dumped(whole: Platform) -> Dump:
    return asyncio.run(dump(whole.postgres, SERVICES))


def healthy(whole: Platform) -> None:
    ran = jembatan("doctor", "--kafka", whole.kafka, "--postgres", whole.postgres)
    assert ran.code == Exit.OK, ran.out


def test_a_dump_under_load_is_brought_up_and_goes_on(
    running: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Load(running.kafka, 0, seed=11) as load:
        until_decided(running, 300)
        older = dumped(running)
        until_decided(running, 900)
        for process in running.running():
            process.kill()
        # What is reported while nobody is there waits.
        until_sent(load, 600)
    asyncio.run(restore(running.postgres, older))
    # Who was killed stays in the group until its session has timed out.
    until(lambda: not any(alive(running, service) for service in SERVICES), "nobody is in a group")
    for service in SERVICES:
        ran = recover(running, service, monkeypatch, "--json")
        found = told(ran)
        assert ran.code == Exit.OK and not found["folded"] and not found["lost"], found
        assert found["as_published"] > 50, found
    running.await_ready(*running.start(*SERVICES))
    with Load(running.kafka, 5000, seed=12) as more:
        until_sent(more, 100)
    sent = load.sent.keys() | more.sent.keys()
    acknowledged = load.reports.acknowledged | more.reports.acknowledged
    found_ = quiet(running, acknowledged)
    assert not (faults := check(running, found_, set(sent), set(acknowledged))), faults
    healthy(running)


def test_what_cannot_be_decided_again_is_folded_in_and_listed(
    running: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = dumped(running)
    proposed = send(running, range(2000, 2020))
    for process in running.running():
        process.stop()
    newest = rows(running)
    emptied(running.kafka, "partners.reports")
    asyncio.run(restore(running.postgres, older))
    text = recover(running, "partners", monkeypatch, "--dry-run")
    assert text.code == Exit.NO and "no longer kept" in text.out and "Nothing was changed." in text.out
    for subject in proposed:
        assert f"partnership.registered of {subject}" in text.out
    ran = recover(running, "partners", monkeypatch, "--json")
    found = told(ran)
    assert ran.code == Exit.NO and len(found["folded"]) == 20 and found["lost"], found
    assert rows(running) == newest, "the public state and its deadlines are as they were"
    for service in ("vacancies", "matching"):
        assert recover(running, service, monkeypatch).code == Exit.OK
    servers = "--kafka", running.kafka, "--postgres", running.postgres
    assert jembatan("replay", "partners", *servers).code == Exit.OK
    running.await_ready(*running.start(*SERVICES))
    send(running, range(2100, 2110))
    healthy(running)


def test_a_database_that_went_on_deciding_is_restored_once_more(
    running: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = dumped(running)
    send(running, range(2200, 2240))
    for process in running.running():
        process.stop()
    newest = dumped(running)
    asyncio.run(restore(running.postgres, older))
    query(
        running.postgres,
        "INSERT INTO partners.outbox (topic, partition, place, id, key, value, at)"
        " SELECT topic, partition, head + 1, gen_random_uuid(), 'k', 'v', now() FROM partners.lane_head"
        " WHERE topic = 'partners.facts'",
    )
    query(running.postgres, "UPDATE partners.lane_head SET head = head + 1 WHERE topic = 'partners.facts'")
    before = rows(running)
    ran = recover(running, "partners", monkeypatch)
    assert ran.code == Exit.NO and "Restore the backup once more" in ran.err, ran.out + ran.err
    assert rows(running) == before
    asyncio.run(restore(running.postgres, newest))


def alive(whole: Platform, service: str) -> list[str]:
    async def ask() -> list[str]:
        connection = await asyncpg.connect(whole.postgres)
        try:
            return await workers.alive(connection, whole.kafka, service)
        finally:
            await connection.close()

    return asyncio.run(ask())


def until_decided(whole: Platform, number: int) -> None:
    heads = " UNION ALL ".join(f"SELECT sum(head) AS n FROM {service}.lane_head" for service in SERVICES)
    ask = f"SELECT coalesce(sum(n), 0)::int AS n FROM ({heads}) AS h"
    until(lambda: query(whole.postgres, ask)[0]["n"] >= number, f"{number} are decided")


def until_sent(load: Load, number: int) -> None:
    before = len(load.reports.acknowledged)
    until(lambda: len(load.reports.acknowledged) >= before + number, f"{number} more are sent")


def send(whole: Platform, numbers: range) -> list[str]:
    """Propose partnerships, wait for their answers, and give their ids."""
    sender = Reports(whole.kafka, SOURCE)
    subjects = []
    for service, name, subject, data in partnerships(iter(numbers)):
        sender.send(name, subject, data, service=service)
        subjects.append(f"{subject}:1")
    sender.flush()
    quiet(whole, sender.acknowledged)
    return subjects


def rows(whole: Platform) -> list[dict[str, Any]]:
    return query(whole.postgres, "SELECT * FROM partners.partnership ORDER BY id")
