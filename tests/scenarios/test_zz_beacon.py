"""A round drawn by a public beacon, on a real service in simulated time, with every wrong beacon refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from benchmarks.rounds.seeding import NB, PROGRAMME, seed
from jembatan.client import Publisher, tick
from jembatan.contracts.matching.rounds import RoundState
from tests.scenarios.playing import jembatan
from tests.support.beacons import LEAGUE, OTHER_KEY, beacon, write_chains
from tests.support.kafka import wait_for
from tests.support.platform import Platform, platform, query

pytestmark = [pytest.mark.kafka, pytest.mark.long, pytest.mark.timeout(240)]
ROUND, PEOPLE, MINUTE = "test-r1", 30, timedelta(minutes=1)
TEST, APART = "urn:jembatan:reporter:test", "urn:jembatan:reporter:apart"


@dataclass
class Drawn:
    """A platform on which a beacon has drawn a round, the chains that it knows, and what was reported."""

    running: Platform
    chains: Path
    reported: dict[str, str]

    @property
    def state(self) -> RoundState:
        return state(self.running)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drawn]:
    folder = tmp_path_factory.mktemp("beacon")
    chains = write_chains(folder / "chains.toml", LEAGUE)
    with platform(folder, time_source="simulated") as running:
        asyncio.run(seed(running.postgres, PEOPLE, 3, running.partitions))
        running.await_ready(*running.start("matching", JEMBATAN_CHAINS=str(chains)))
        yield Drawn(running, chains, play(running))


def play(running: Platform) -> dict[str, str]:
    """Announce, freeze, report beacons of every kind, publish. The ids of the reports by what they are."""
    begin = datetime.now(UTC).replace(microsecond=0)
    closes = begin + timedelta(days=1)
    times = {
        "closes_at": closes,
        "reveal_by": closes + timedelta(days=1),
        "answer_by": closes + timedelta(days=9),
    }
    data: dict[str, Any] = {name: at.isoformat() for name, at in times.items()}
    data |= {"scope": [NB], "programme": PROGRAMME, "lottery": "drand", "chain": LEAGUE.name}
    report(running, "round.announced", data, begin)
    asyncio.run(tick(running.kafka, closes + MINUTE, ("matching",)))
    until(running, "frozen")
    sent: dict[str, str] = {}
    for name, at, given in beacons(state(running)):
        by = APART if name == "again" else TEST
        sent[name] = report(running, "beacon.published", given, at, by)
        if name == "right":
            until(running, "drawn")
    asyncio.run(tick(running.kafka, beacons(state(running))[-1][1] + MINUTE, ("matching",)))
    until(running, "published")
    return sent


def report(running: Platform, name: str, data: dict[str, Any], at: datetime, by: str = TEST) -> str:
    """Send one report about the round; its id."""

    async def send() -> str:
        own = "apart" if by == APART else None
        async with Publisher(running.kafka, by, own_topic=own) as publisher:
            return (await publisher.report(name, ROUND, data, time=at)).id

    return asyncio.run(send())


def beacons(now: RoundState) -> list[tuple[str, datetime, dict[str, Any]]]:
    """What relays report, when: all but one of it is wrong."""
    assert now.frozen_at is not None and now.beacon_round is not None and now.beacon_at is not None
    number, due, early = now.beacon_round, now.beacon_at, now.frozen_at + MINUTE
    return [
        ("public at the freeze", early, beacon(LEAGUE.first_from(now.frozen_at) - 1)),
        ("too early", early, beacon(number)),
        ("not awaited", due + MINUTE, beacon(number + 1)),
        ("other chain", due + MINUTE, beacon(number) | {"chain": "ab" * 32}),
        ("not signed", due + MINUTE, beacon(number, OTHER_KEY)),
        ("right", due + MINUTE, beacon(number)),
        ("again", due + 2 * MINUTE, beacon(number)),
    ]


def state(running: Platform) -> RoundState:
    (row,) = query(running.postgres, "SELECT state FROM matching.round WHERE id = $1", ROUND)
    return RoundState.model_validate_json(row["state"])


def until(running: Platform, phase: str) -> None:
    deadline = monotonic() + 60
    sql = "SELECT 1 AS one FROM matching.round WHERE id = $1 AND phase = $2"
    while not query(running.postgres, sql, ROUND, phase):
        assert monotonic() < deadline, f"the round is not {phase}"
        sleep(0.1)


def test_the_beacon_named_at_the_freeze_draws_and_comes_late_enough(drawn: Drawn) -> None:
    now = drawn.state
    assert now.drawn_from == now.beacon_round
    assert now.beacon_at is not None and now.frozen_at is not None
    assert now.beacon_at - now.frozen_at >= 10 * MINUTE
    assert now.fallbacks == (now.drawn_from + 20, now.drawn_from + 40) if now.drawn_from else False


def test_every_other_beacon_is_refused_by_its_name(drawn: Drawn) -> None:
    expected = {
        "public at the freeze": "BEACON_PUBLIC_AT_FREEZE", "too early": "BEACON_TOO_EARLY",
        "not awaited": "BEACON_NOT_AWAITED", "other chain": "BEACON_OTHER_CHAIN",
        "not signed": "BEACON_NOT_SIGNED", "again": "NO_CHANGE",
    }  # fmt: skip
    found = wait_for(drawn.running.kafka, ["matching.refusals"], lambda all_: len(all_) >= len(expected))
    codes = {one.event["data"]["report"]["id"]: one.event["data"]["reasons"] for one in found}
    told = {name: {reason["code"] for reason in codes.get(drawn.reported[name], ())} for name in expected}
    assert {name for name, code in expected.items() if code not in told[name]} == set()
    assert drawn.reported["right"] not in codes


def test_anyone_verifies_it_with_the_chains_key_and_not_without(drawn: Drawn) -> None:
    where = ("verify", "--round", ROUND, "--kafka", drawn.running.kafka)
    ran = jembatan(*where, "--chains", str(drawn.chains))
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "Verified."), ran.stdout + ran.stderr
    without = jembatan(*where)
    assert without.returncode == 1
    assert "--chains FILE" in without.stdout


@pytest.mark.parametrize("language", ["id", "en", "fr"])
def test_its_result_is_explained(drawn: Drawn, language: str) -> None:
    where = ("--kafka", drawn.running.kafka, "--postgres", drawn.running.postgres, "--language", language)
    ran = jembatan("explain", "test-c0000001", *where)
    assert ran.returncode == 0, ran.stderr
    assert ROUND in ran.stdout.splitlines()[0]
