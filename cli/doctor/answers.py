"""Answers: every report that was passed by became facts, or one refusal, or was a repeat (promise 1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cli.doctor.finding import Finding
from cli.doctor.kinds import Kind
from cli.doctor.ledger import Map, key
from cli.doctor.told import Told

FACTS = 1
REFUSAL = 2


@dataclass(frozen=True, slots=True)
class Reported:
    """One report that was passed by. `source` and `id` are empty if it is no event."""

    topic: str
    partition: int
    offset: int
    at: datetime
    source: str
    id: str

    @property
    def where(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


class Answers:
    """Sees one service's facts and refusals first, then its reports.

    `answered`: by a record's coordinates, what came of it; `ids`: of which reports' ids something is known;
    `decided`: by source and id, where the record lies that became facts.
    """

    def __init__(self, service: str, answered: Map, ids: Map, decided: Map) -> None:
        self._service = service
        self._answered, self._ids, self._decided = answered, ids, decided

    def see(self, one: Told) -> Iterator[Finding]:
        """A fact or refusal, published or waiting."""
        if one.cause is None:
            return
        place, what = key(*one.cause, one.event.get("causationid")), REFUSAL if one.is_refusal else FACTS
        before, _ = self._answered.get(place) or (0, "")
        if before and REFUSAL in (before, what):
            where = "/".join(map(str, one.cause))
            yield Finding(Kind.ANSWERED_TWICE, self._service, where, f"another answer lies in {one.where}")
        self._answered.put(place, before | what)
        self._ids.put(key(one.event.get("causationid")), 1)

    def report(self, one: Reported, kept_since: datetime | None) -> Iterator[Finding]:
        """A report before its position; refusals before `kept_since` are no longer kept."""
        what = self._answer(one)
        if what == FACTS and one.id:
            yield from self._once(one)
        if what or (kept_since is not None and one.at < kept_since):
            return
        if not one.id or self._ids.get(key(one.id)) is None:
            name = f"report {one.id} of {one.source}" if one.id else "a record that is no report"
            yield Finding(Kind.UNANSWERED, self._service, one.where, f"{name} led to nothing")

    def _answer(self, one: Reported) -> int:
        # A topic that was made anew gives the same coordinates again, so the id counts too; whatever holds
        # no id is named by its coordinates.
        place = one.topic, one.partition, one.offset
        found = [self._answered.get(key(*place, name)) for name in (one.id, one.where)]
        return next((what for what, _ in filter(None, found)), 0)

    def _once(self, one: Reported) -> Iterator[Finding]:
        name = key(one.source, one.id)
        _, where = self._decided.get(name) or (0, one.where)
        if where != one.where:
            what = f"report {one.id} of {one.source} became facts in {where} already"
            yield Finding(Kind.ANSWERED_TWICE, self._service, one.where, what)
        self._decided.put(name, 1, where)
