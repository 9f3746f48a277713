"""Sequences: a subject's facts are numbered 1, 2, 3 … in its topic, as PostgreSQL counted them (I3)."""

from __future__ import annotations

from collections.abc import Iterator

from cli.doctor.finding import Finding
from cli.doctor.kinds import Kind
from cli.doctor.ledger import Map, key
from cli.doctor.told import Told


class Sequences:
    """Sees one service's facts in each topic's order, then what PostgreSQL has numbered."""

    def __init__(self, service: str, last: Map) -> None:
        self._service = service
        self._last = last

    def see(self, fact: Told) -> Iterator[Finding]:
        """The next fact of a partition, published or waiting; refusals have no sequence."""
        if fact.is_refusal or not fact.sequence:
            return
        place = key(fact.topic, fact.noun, fact.subject)
        last, _ = self._last.get(place) or (0, "")
        if fact.sequence != last + 1:
            what = f"{fact.noun} {fact.subject} has number {fact.sequence} after {last}"
            yield Finding(Kind.SEQUENCE_BROKEN, self._service, fact.where, what)
        self._last.put(place, max(last, fact.sequence), f"{fact.topic} {fact.noun} {fact.subject}")

    def numbered(self, topic: str, noun: str, subject: str, sequence: int) -> Iterator[Finding]:
        """A row of `numbered`, from the same snapshot as the waiting facts."""
        if topic.endswith(".refusals"):
            return  # Once they were counted; a database may have such rows still.
        last, _ = self._last.pop(key(topic, noun, subject)) or (0, "")
        if last != sequence:
            what = f"PostgreSQL has numbered {sequence} facts, the last one's number is {last}"
            yield Finding(Kind.NUMBER_DIFFERS, self._service, f"{topic} {noun} {subject}", what)

    def rest(self) -> Iterator[Finding]:
        """What the topic has and PostgreSQL never numbered; called last."""
        for last, where in self._last.values():
            what = f"PostgreSQL has numbered no fact, the last one's number is {last}"
            yield Finding(Kind.NUMBER_DIFFERS, self._service, where, what)
