"""Folding one published fact into the copy, where deciding again does not lead to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from cli.replay.folding import LISTED, OF_OFFERS, Fold, Plain, apply
from jembatan.client import Event
from jembatan.client.received import receive
from jembatan.contracts.envelope import STRUCTURED
from jembatan.contracts.events import language
from jembatan.engine.records import Record
from jembatan.engine.service import Connection, Service
from services.matching.domain.world import World as MatchingWorld
from services.matching.store import candidates, offers, placements, rounds
from services.partners.domain import World as PartnersWorld
from services.vacancies.domain import World as VacanciesWorld

PLACE = """
INSERT INTO outbox (topic, partition, place, id, key, value, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
RAISE = "UPDATE lane_head SET head = $3 WHERE topic = $1 AND partition = $2 AND head = $3 - 1"
NUMBER = """
INSERT INTO numbered AS n (topic, noun, subject, sequence) VALUES ($1, $2, $3, $4)
ON CONFLICT (topic, noun, subject) DO UPDATE SET sequence = greatest(n.sequence, EXCLUDED.sequence)
"""
END_JOB = "UPDATE job SET done = true WHERE kind = $1 AND subject = $2"
HEADERS = (("content-type", STRUCTURED.encode()),)
REFUSAL = "refusal"


class Keeping:
    """Facts of matching on top of what is there: what is private, such as evidence, stays."""

    def __init__(self, service: Service) -> None:
        self._domain, self._store = service.domain, service.store
        self.topics: tuple[str, ...] = ("matching.public", "matching.facts")

    async def save(self, connection: Connection, events: Sequence[Event]) -> None:
        for event in events:
            await self._one(connection, event)

    async def _one(self, connection: Connection, event: Event) -> None:
        if event.name in LISTED:
            return
        world, subject = MatchingWorld(), event.subject
        if event.noun == "candidate":
            world.candidates = await candidates.load(connection, [subject])
        if event.noun in OF_OFFERS:
            await offers.load(connection, world, {subject})
            await placements.load(connection, world, {subject})
        opened = {subject} if event.noun == "round" else {subject.partition(":")[0]}
        await rounds.load(connection, world, opened)
        apply(self._domain, world, event, self.topics)
        await self._store.save(connection, world)


def fold_of(service: Service) -> Fold:
    """How a service's facts, and copied ones of others, change its rows; deadlines are set by its rules."""
    if service.name == "matching":
        return Keeping(service)
    worlds: Mapping[str, type[Any]] = {"partners": PartnersWorld, "vacancies": VacanciesWorld}
    topics = (f"{service.name}.facts",)
    return Plain(topics, service.domain, service.store, worlds[service.name])


async def fold(connection: Connection, how: Fold, row: Mapping[str, Any]) -> Event:
    """Put a published record at its place, and its state into the rows."""
    record = Record(
        row["topic"], row["partition"], row["place"] - 1, row["appended"], row["key"], row["value"], HEADERS
    )
    (event,) = receive([record], language())
    assert isinstance(event, Event)
    if event.name != REFUSAL:
        await how.save(connection, [event])
        await connection.execute(NUMBER, row["topic"], event.noun, event.subject, event.sequence)
    lane = row["topic"], row["partition"], row["place"]
    await connection.execute(PLACE, *lane, UUID(event.id), row["key"], row["value"], row["at"])
    await connection.execute(RAISE, *lane)
    if row["cause"].startswith("job:"):
        _, kind, *rest = row["cause"].split("/")
        await connection.execute(END_JOB, kind, "/".join(rest[:-1]))
    return event
