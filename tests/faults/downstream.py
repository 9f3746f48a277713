"""A subscriber behind the faults: it goes on where it was, and applies each fact that is new to it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from jembatan.client import Event, Repeats, Subscriber, cluster
from jembatan.contracts.envelope import FactEnvelope
from tests.support.platform import Platform, query

NUMBERED = "SELECT topic, noun, subject, sequence FROM {0}.numbered WHERE noun <> ''"
Subject = tuple[str, str, str]
"""A topic, a noun and a subject."""


class Downstream:
    """How often it has applied a fact of each subject."""

    def __init__(self) -> None:
        self.applied: Counter[Subject] = Counter()
        self._following: dict[tuple[str, int], int] = {}
        self._repeats = Repeats()

    async def catch_up(self, kafka: str, topics: Sequence[str]) -> None:
        """Apply all that lies in the topics now."""
        known = await cluster(kafka)
        starts = {(topic, n): 0 for topic in topics for n in range(known.count(topic))} | self._following
        async with Subscriber(kafka, topics, from_=starts, to_end=True) as subscriber:
            async for event in subscriber:
                self._apply(event)

    def _apply(self, event: Event) -> None:
        self._following[event.record.topic, event.record.partition] = event.record.offset + 1
        if isinstance(event.envelope, FactEnvelope) and self._repeats.is_new(event):
            self.applied[event.record.topic, event.noun, event.subject] += 1


_OF: WeakKeyDictionary[Platform, Downstream] = WeakKeyDictionary()


def differences(platform: Platform, topics: Sequence[str]) -> list[str]:
    """Subjects of which something else was applied than PostgreSQL has decided; the first few."""
    one = _OF.setdefault(platform, Downstream())
    asyncio.run(one.catch_up(platform.kafka, topics))
    rows = [
        row for service in platform.services for row in query(platform.postgres, NUMBERED.format(service))
    ]
    decided = {(row["topic"], row["noun"], row["subject"]): int(row["sequence"]) for row in rows}
    wrong = [key for key in decided | one.applied if decided.get(key, 0) != one.applied.get(key, 0)]
    return [f"{key}: applied {one.applied.get(key, 0)}, decided {decided.get(key, 0)}" for key in wrong[:10]]
