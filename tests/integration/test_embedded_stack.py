"""Kafka and PostgreSQL as child processes: start, stop, kill, and what they keep."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from cli.embedded import EmbeddedError, EmbeddedStack, plans, processes
from cli.embedded.options import Options
from jembatan import topology
from jembatan.engine import roles, topics

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    # A folder's name is the user's choice.
    with EmbeddedStack(tmp_path_factory.mktemp("stack") / "my data, früher") as running:
        yield running


async def produce(address: str, topic: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=address, acks="all") as producer:
        await producer.send_and_wait(topic, value, partition=0)


async def values(address: str, topic: str) -> list[bytes | None]:
    part = TopicPartition(topic, 0)
    async with AIOKafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest") as consumer:
        consumer.assign([part])
        end = (await consumer.end_offsets([part]))[part]
        return [(await consumer.getone(part)).value for _ in range(end)]


async def fetch(dsn: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


async def test_acknowledged_data_outlives_a_kill_of_both(stack: EmbeddedStack) -> None:
    wanted = topology.topics(stack.plan, "embedded", "broker")
    await topics.create(stack.kafka, wanted)
    await produce(stack.kafka, "partners.facts", b"kept")
    await fetch(stack.postgres, "CREATE TABLE kept AS SELECT 7 AS n")
    kafka, dsn = stack.kafka, stack.postgres
    stack.kill_kafka()
    stack.kill_postgres()
    assert stack.pids() == {}
    stack.restart_kafka()
    stack.restart_postgres()
    assert (stack.kafka, stack.postgres) == (kafka, dsn), "addresses are the same after a restart"
    assert await values(stack.kafka, "partners.facts") == [b"kept"]
    assert [r["n"] for r in await fetch(stack.postgres, "SELECT n FROM kept")] == [7]


async def test_topics_are_made_once_and_differences_are_told(stack: EmbeddedStack) -> None:
    wanted = topology.topics(stack.plan, "embedded", "broker", ["vacancies.reports.nb"])
    made = await topics.create(stack.kafka, wanted)
    assert "vacancies.reports.nb" in made
    assert await topics.create(stack.kafka, wanted) == []
    assert await topics.check(stack.kafka, wanted) == []
    simulated = topology.topics(stack.plan, "embedded", "simulated", ["vacancies.reports.hb"])
    found = {(d.topic, d.what) for d in await topics.check(stack.kafka, simulated)}
    assert ("partners.reports", "message.timestamp.type") in found
    assert ("vacancies.reports.hb", "topic") in found


def test_a_folder_made_with_another_time_is_refused(stack: EmbeddedStack, tmp_path: Path) -> None:
    reporters = tmp_path / "reporters.toml"
    reporters.write_text("")
    asked = Options(time="simulated", reporters=reporters)
    with pytest.raises(EmbeddedError, match=r"made with other settings .*message.timestamp.type"):
        plans.prepare(stack, asked, lambda _: None)


async def test_a_topic_that_the_broker_refuses_is_named(stack: EmbeddedStack) -> None:
    bad = topology.Topic(name="bad", partitions=1, replication=1, config={"retention.ms": "soon"})
    with pytest.raises(topics.TopicsError, match="bad: "):
        await topics.create(stack.kafka, [bad])


async def test_an_unknown_topic_is_not_made_by_asking(stack: EmbeddedStack) -> None:
    async with AIOKafkaProducer(bootstrap_servers=stack.kafka) as producer:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await producer.send("nobody.asked", b"1")
    assert "nobody.asked" not in await _names(stack.kafka)


async def _names(address: str) -> set[str]:
    async with AIOKafkaConsumer(bootstrap_servers=address) as consumer:
        return set(await consumer.topics())


async def test_an_app_role_writes_rows_of_its_own_schema_and_no_more(stack: EmbeddedStack) -> None:
    found = topology.roles(stack.plan)
    passwords = {role.name: stack.vault.password(role.name) for role in found}
    await roles.create_roles(stack.postgres, found, passwords)
    await roles.create_roles(stack.postgres, found, passwords)
    await fetch(stack.postgres_for("jembatan_partners_owner"), "CREATE TABLE one (n int)")
    app = await asyncpg.connect(stack.postgres_for("jembatan_partners"))
    try:
        await app.execute("INSERT INTO one VALUES (1)")
        assert await app.fetchval("SELECT n FROM partners.one") == 1
        assert await app.fetchval("SHOW transaction_timeout") == "1min"
        for forbidden in (
            "CREATE TABLE partners.two (n int)",
            "TRUNCATE one",
            "DROP TABLE one",
            "CREATE TABLE public.two (n int)",
            "SELECT * FROM matching.anything",
            "CREATE ROLE friend",
        ):
            with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.InvalidSchemaNameError)):
                await app.execute(forbidden)
    finally:
        await app.close()


async def test_postgres_asks_for_the_password(stack: EmbeddedStack) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(stack.server.dsn_for("postgres", "wrong", "jembatan"))
    secrets = stack.folder / "secrets.json"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    rows = await fetch(stack.postgres, "SELECT version(), current_setting('data_checksums') AS sums")
    assert rows[0]["version"].startswith("PostgreSQL 18.")
    assert rows[0]["sums"] == "on"


def test_a_second_owner_of_the_folder_is_refused(stack: EmbeddedStack) -> None:
    with pytest.raises(EmbeddedError, match=r"already running in .* `jembatan down` stops it"):
        EmbeddedStack(stack.folder).start()
    assert set(stack.pids()) == {"kafka", "postgres"}, "the refused one must not stop what runs"


def test_both_listen_on_loopback_only(stack: EmbeddedStack) -> None:
    for pids in stack.pids().values():
        listening = [c for c in psutil.Process(pids[0]).net_connections("tcp") if c.status == "LISTEN"]
        assert listening
        assert {c.laddr.ip.removeprefix("::ffff:") for c in listening} == {"127.0.0.1"}


_DIES = """
import os, signal, sys
from pathlib import Path
from cli.embedded import EmbeddedStack
stack = EmbeddedStack(Path(sys.argv[1]))
stack.start()
print(*[pid for pids in stack.pids().values() for pid in pids], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its starter's death")
def test_servers_end_with_a_killed_starter_and_the_next_start_works(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _DIES, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False
    )
    pids = [int(word) for word in done.stdout.split()]
    assert len(pids) == 2, done.stderr
    end = time.monotonic() + 30
    while left := [
        pid for pid in pids if psutil.pid_exists(pid) and not processes.has_ended(psutil.Process(pid))
    ]:
        assert time.monotonic() < end, f"still running: {left}"
        time.sleep(0.1)
    with EmbeddedStack(tmp_path) as again:
        assert set(again.pids()) == {"kafka", "postgres"}
