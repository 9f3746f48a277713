"""What each peer of the chain does: the models of its report and facts, its tables. Needs pydantic only."""

from __future__ import annotations

import os
from datetime import date
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from benchmarks.peers.work import Country, Id, Name, Strict

FIRST = bool(os.environ.get("BENCH_FIRST"))
TABLES = """
CREATE TABLE IF NOT EXISTS seen (source text, id text, PRIMARY KEY (source, id));
CREATE TABLE IF NOT EXISTS linked (subject text PRIMARY KEY, state jsonb NOT NULL);
"""
INSERT = "INSERT INTO linked (subject, state) VALUES ($1, $2) ON CONFLICT DO NOTHING"


class Listed(Strict):
    """The report's data."""

    published_on: date
    countries: tuple[Country, ...] = Field(min_length=1, max_length=250)


class State(BaseModel):
    """A subject's state."""

    id: Id
    published_on: date
    countries: tuple[Country, ...]


class FactData(BaseModel):
    """What a fact says."""

    state: State
    changed: tuple[str, ...] = ("id", "published_on", "countries")


class Event(BaseModel):
    """The envelope."""

    model_config = ConfigDict(frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: Name
    source: Name
    type: str
    subject: Id
    time: AwareDatetime | None = None
    datacontenttype: str | None = "application/json"
    causationid: str | None = None


class Report(Event):
    """What the first service reads."""

    data: Listed


class Fact(Event):
    """What the others read, and all publish."""

    data: FactData


MODEL: type[Report] | type[Fact] = Report if FIRST else Fact


def made(event: Report | Fact, output: str) -> Fact:
    """The fact that an event leads to."""
    given = event.data
    state = State(id=event.subject, **given.model_dump()) if isinstance(given, Listed) else given.state
    return Fact(
        id=str(uuid5(NAMESPACE_URL, f"{output}/{event.source}/{event.id}")),
        source=f"urn:bench:{output}",
        type="org.jembatan.fact.safeguards.adopted.v1",
        subject=event.subject,
        causationid=event.id,
        data=FactData(state=state),
    )
