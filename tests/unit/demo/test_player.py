"""What the player says when something that is expected does not come."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.demo import player
from cli.demo.example import Scene
from cli.demo.journal import Journal
from cli.demo.player import NotCome, Player
from cli.demo.quiet import Standing
from cli.demo.reports import Report, Wave, made
from cli.demo.story.known import Known
from cli.exits import Exit
from jembatan.client import Sent, Unknown
from jembatan.contracts.refusal import Reason, Refusal, RefusedReport
from jembatan.engine.records import Record

AT = datetime(2025, 6, 3, tzinfo=UTC)
CAUSE = ("matching.reports", 0, 0)


class Publisher:
    """Acknowledges everything at one place."""

    async def post(self, topic: str, encoded: object, identity: str, time: datetime) -> asyncio.Task[Sent]:
        async def done() -> Sent:
            return Sent(identity, topic, 0, 0, time)

        return asyncio.create_task(done())

    async def tick(self, at: datetime) -> int:
        return 12


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player, "WITHIN", 0.05)
    monkeypatch.setattr(player, "POLL", 0.01)


@contextmanager
def playing(monkeypatch: pytest.MonkeyPatch, journal: Journal, *halted: str) -> Iterator[Player]:
    async def standing(_: object) -> Standing:
        return Standing({}, {}, (), halted)

    monkeypatch.setattr(player, "standing", standing)
    reading = asyncio.ensure_future(asyncio.sleep(60))
    try:
        publisher: Any = Publisher()
        database: Any = None
        yield Player(publisher, database, {}, journal, reading)
    finally:
        reading.cancel()


def scene(*reports: Report, awaits: tuple[tuple[str, str], ...] = ()) -> Scene:
    return Scene((Wave(reports),) if reports else (), None, AT, awaits)


def report() -> Report:
    return made("candidate.withdrawn", "reg-1", "urn:example:reg", AT, {}, "candidates.toml")


async def told(monkeypatch: pytest.MonkeyPatch, journal: Journal, what: Scene, *halted: str) -> str:
    with playing(monkeypatch, journal, *halted) as found, pytest.raises(NotCome) as caught:
        await found.play(what, Known())
    assert caught.value.code is Exit.NO
    return "\n".join(caught.value.lines)


async def test_fact_that_is_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    said = await told(monkeypatch, Journal(), scene(awaits=(("round.frozen", "r-1"),)))
    assert "round.frozen of r-1" in said


async def test_answer_to_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    said = await told(monkeypatch, Journal(), scene(report()))
    assert "an answer to candidate.withdrawn of reg-1 (candidates.toml)" in said


async def test_refusal_of_a_generated_report(monkeypatch: pytest.MonkeyPatch) -> None:
    where = RefusedReport(topic="matching.reports", partition=0, offset=0)
    why = Reason(code="WRONG_STATE", detail="Not so.")
    refusal = Refusal(type="t", title="WRONG_STATE", detail="Not so.", report=where, reasons=(why,))
    journal = Journal(answered={CAUSE}, refused={CAUSE: refusal})
    said = await told(monkeypatch, journal, scene(report()))
    assert "candidates.toml: candidate.withdrawn of reg-1: Not so." in said


async def test_halted_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "TOPIC_LOST" in await told(monkeypatch, Journal(), scene(), "Lane 1 is halted: TOPIC_LOST")


async def test_record_that_is_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal()
    record = Record("partners.facts", 0, 7, AT, None, b"{", ())
    journal.take(Unknown(record, (Reason(code="NOT_JSON", detail="The value is no JSON."),)))
    assert "partners.facts holds what is no event: The value is no JSON." in await told(
        monkeypatch, journal, scene()
    )


async def test_nothing_missing_plays_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with playing(monkeypatch, Journal(answered={CAUSE})) as found:
        assert await found.play(scene(report()), Known()) == []
