"""`jembatan recover`: a database dumped while the story ran, restored, and brought up to its topics."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import asyncpg
import pytest

from cli.demo.loading import load
from cli.embedded.stack import EmbeddedStack
from cli.exits import Exit
from tests.scenarios.playing import NEW_BRUNSWICK
from tests.support.dumps import Dump, dump, restore
from tests.support.kafka import Message
from tests.support.kafka import dump as lying
from tests.support.platform import ROOT, SERVICES, Platform, prepared, query
from tests.support.waiting import until
from tests.unit.cli.commands import Ran, jembatan

pytestmark = [pytest.mark.kafka, pytest.mark.long, pytest.mark.timeout(600)]
EXAMPLE = load(NEW_BRUNSWICK)
OUTPUTS = (
    *(f"{service}.{kind}" for service in SERVICES for kind in ("facts", "refusals")),
    "matching.public",
)
MIDDLE = 1700
"""Facts and refusals: the first round is open, and its freeze, match, offers and placements are to come."""
FREED = {
    "lane": "who publishes a lane begins anew",
    "lane_mark": "what is acknowledged is written by whoever publishes",
    "outbox": "compared with the topics",
    "migration": "when it was made",
}


class Story(Platform):
    """The services as the example's own platform has them."""

    def environment(self, service: str) -> dict[str, str]:
        more = {"JEMBATAN_SECRET": EXAMPLE.file.secret}
        chains = EXAMPLE.folder / "chains.toml"
        known = {"JEMBATAN_CHAINS": str(chains)} if chains.is_file() else {}
        return super().environment(service) | more | known


@dataclass
class Played:
    """The platform after the story, the dump of its middle, and everything as it was at the end."""

    whole: Story
    middle: Dump
    end: dict[tuple[str, str], list[str]]
    topics: list[Message]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("recover")
    with (
        EmbeddedStack(folder / "stack") as stack,
        prepared(Story(stack, folder, time_source="simulated", reporters=EXAMPLE.reporters)) as whole,
    ):
        whole.await_ready(*whole.start(*SERVICES))
        middle = play(whole)
        stop(whole)
        end = asyncio.run(tables(whole.postgres))
        yield Played(whole, middle, end, lying(whole.kafka, OUTPUTS))


def play(whole: Story) -> Dump:
    """Play the story, and dump the database when it has come to its middle."""
    servers = ("--kafka", whole.kafka, "--postgres", whole.postgres)
    with (whole.folder / "story.log").open("wb") as log:
        player = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "demo", "--running", *servers],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            while decided(whole) < MIDDLE:
                assert player.poll() is None, log.name
                sleep(0.1)
            middle = asyncio.run(dump(whole.postgres, SERVICES))
            assert player.wait(300) == 0, Path(log.name).read_text()[-2000:]
        finally:
            player.kill()
            player.wait(10)
    return middle


def decided(whole: Platform) -> int:
    heads = " UNION ALL ".join(f"SELECT sum(head) AS n FROM {service}.lane_head" for service in SERVICES)
    return int(query(whole.postgres, f"SELECT coalesce(sum(n), 0)::int AS n FROM ({heads}) AS h")[0]["n"])


def stop(whole: Platform) -> None:
    for process in whole.running():
        process.stop()


async def tables(dsn: str) -> dict[tuple[str, str], list[str]]:
    """Every row of every table as text, by schema and table."""
    connection = await asyncpg.connect(dsn)
    try:
        kept = await dump(dsn, SERVICES)
        return {
            (schema, table): [
                row["line"]
                for row in await connection.fetch(
                    f'SELECT t::text AS line FROM "{schema}"."{table}" AS t ORDER BY 1'
                )
            ]
            for schema, table in kept.tables
        }
    finally:
        await connection.close()


def recover(whole: Platform, service: str, monkeypatch: pytest.MonkeyPatch, *more: str) -> Ran:
    for name, value in whole.environment(service).items():
        monkeypatch.setenv(name, value)
    return jembatan("recover", service, "--kafka", whole.kafka, "--postgres", whole.postgres, *more)


def servers(whole: Platform) -> tuple[str, ...]:
    return "--kafka", whole.kafka, "--postgres", whole.postgres


def test_an_older_database_halts_and_names_the_command(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = played.whole
    asyncio.run(restore(whole.postgres, played.middle))
    [process] = whole.start("matching")
    text = ""

    def halted() -> bool:
        nonlocal text
        text = jembatan("status", *servers(whole)).out
        return "publishes nothing" in text

    until(halted, "the lane halts")
    assert "`jembatan recover matching`" in text
    before = decided(whole)
    ran = recover(whole, "matching", monkeypatch)
    assert ran.code == Exit.NO and "Stop every worker of matching" in ran.err
    sleep(2)
    assert decided(whole) == before
    process.stop()


def test_a_rehearsal_changes_nothing(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = played.whole
    asyncio.run(restore(whole.postgres, played.middle))
    before = asyncio.run(tables(whole.postgres))
    ran = recover(whole, "partners", monkeypatch, "--dry-run")
    assert ran.code == Exit.OK and "Nothing was changed." in ran.out, ran.out + ran.err
    assert asyncio.run(tables(whole.postgres)) == before
    assert not query(whole.postgres, "SELECT FROM pg_namespace WHERE nspname LIKE 'recover%'")


def test_everything_is_decided_again_as_it_was_published(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = played.whole
    for service in SERVICES:
        ran = recover(whole, service, monkeypatch, "--json")
        told = json.loads(ran.out)
        assert ran.code == Exit.OK and not told["folded"] and not told["lost"], told
        assert told["as_published"] > 0 and not told["anew"]
        again = recover(whole, service, monkeypatch)
        assert again.code == Exit.OK and "nothing to recover" in again.out
    for service in SERVICES:
        assert jembatan("replay", service, *servers(whole)).code == Exit.OK


def test_all_private_state_is_back_and_the_services_go_on(played: Played) -> None:
    whole = played.whole
    whole.await_ready(*whole.start(*SERVICES))
    until(lambda: same(whole, played.end) == [], f"these are as they were: {same(whole, played.end)}")
    assert lying(whole.kafka, OUTPUTS) == played.topics
    file = str(NEW_BRUNSWICK / EXAMPLE.file.then.file)  # type: ignore[union-attr]
    until_then = f"{EXAMPLE.file.then.until:%Y-%m-%dT%H:%M:%SZ}"  # type: ignore[union-attr]
    ran = jembatan("report", file, "--wait", "--tick", until_then, "--kafka", whole.kafka)
    assert ran.code == Exit.OK, ran.out + ran.err
    told = jembatan("doctor", *servers(whole))
    assert told.code == Exit.OK, told.out
    now = lying(whole.kafka, OUTPUTS)
    assert len(now) > len(played.topics)
    assert {id_(one) for one in played.topics} <= {id_(one) for one in now}
    assert len({one.event["id"] for one in now}) == len(now)


def same(whole: Platform, end: dict[tuple[str, str], list[str]]) -> list[str]:
    """Tables that are not as they were at the end of the story."""
    now = asyncio.run(tables(whole.postgres))
    return [
        f"{schema}.{table}"
        for schema, table in end
        if table not in FREED and now[schema, table] != end[schema, table]
    ]


def id_(message: Message) -> tuple[str, int, int, str]:
    return message.topic, message.partition, message.offset, message.event["id"]
