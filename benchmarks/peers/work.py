"""What all peers do with a report: the model, the tables, the fact. Needs pydantic only.

The models have the fields and limits of the platform's own (`jembatan.contracts`), as one would write them in
pydantic for this one report.
"""

from __future__ import annotations

import os
from datetime import date
from typing import Annotated, Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

KAFKA = os.environ.get("BENCH_KAFKA", "")
POSTGRES = os.environ.get("BENCH_POSTGRES", "")
INPUT = os.environ.get("BENCH_INPUT", "")
OUTPUT = os.environ.get("BENCH_OUTPUT", "")
SCHEMA = os.environ.get("BENCH_SCHEMA", "peer")

TABLES = """
CREATE TABLE IF NOT EXISTS seen (source text, id text, PRIMARY KEY (source, id));
CREATE TABLE IF NOT EXISTS candidate (id text PRIMARY KEY, state jsonb NOT NULL, evidence jsonb NOT NULL);
"""
CLAIM = "INSERT INTO seen (source, id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id"
INSERT = "INSERT INTO candidate (id, state, evidence) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Occupation = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class Strict(BaseModel):
    """Unknown fields are refused, as in reports."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Competence(Strict):
    """A certificate of competence."""

    isco08: Occupation
    kind: Code
    issued_on: date
    expires_on: date | None = None


class Health(Strict):
    """The outcome of the health examination."""

    physical: bool
    mental: bool
    valid_until: date


class Document(Strict):
    """A document that exists."""

    kind: Code
    issued_on: date
    expires_on: date | None = None


class Test(Strict):
    """A language test."""

    kind: Code
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
    taken_on: date
    expires_on: date | None = None
    listening: str | None = None
    reading: str | None = None
    writing: str | None = None
    speaking: str | None = None


class Licence(Strict):
    """A licence of a body."""

    body: Code
    stage: Code
    valid_until: date | None = None


class Employment(Strict):
    """Paid work in an occupation."""

    isco08: Occupation | None = None
    noc2021: str | None = None
    hours: Annotated[int, Field(gt=0)]
    started_on: date
    ended_on: date


class Evidence(Strict):
    """What a candidate can show."""

    birth_date: date
    citizenship: Country
    competence: tuple[Competence, ...] = Field(default=(), max_length=200)
    health: Health | None = None
    social_security: tuple[Code, ...] = Field(default=(), max_length=20)
    documents: tuple[Document, ...] = Field(default=(), max_length=200)
    tests: tuple[Test, ...] = Field(default=(), max_length=200)
    licences: tuple[Licence, ...] = Field(default=(), max_length=200)
    experience: tuple[Employment, ...] = Field(default=(), max_length=200)
    education: Annotated[int, Field(ge=0, le=8)] | None = None


class Data(Strict):
    """The data of the report."""

    origin: Country
    evidence: Evidence


class Report(BaseModel):
    """`candidate.registered` in a CloudEvents envelope."""

    model_config = ConfigDict(frozen=True)

    specversion: Literal["1.0"]
    id: Name
    source: Name
    type: Literal["org.jembatan.report.candidate.registered.v1"]
    subject: Id
    time: AwareDatetime | None = None
    datacontenttype: str | None = None
    data: Data


class State(BaseModel):
    """The public part of a candidate."""

    id: str
    origin: str
    phase: str


class FactData(BaseModel):
    """What the fact says."""

    state: State
    changed: tuple[str, ...] = ("id", "origin", "phase")


class Fact(BaseModel):
    """`candidate.registered` as a fact."""

    specversion: str = "1.0"
    id: str
    source: str = "urn:jembatan:service:matching"
    type: str = "org.jembatan.fact.candidate.registered.v1"
    subject: str
    datacontenttype: str = "application/json"
    causationid: str
    data: FactData


def state(report: Report) -> State:
    """The candidate's public state after the report."""
    return State(id=report.subject, origin=report.data.origin, phase="registered")


def row(report: Report) -> tuple[str, str, str]:
    """The candidate's row, for INSERT."""
    return report.subject, state(report).model_dump_json(), report.data.evidence.model_dump_json()


def fact(report: Report) -> bytes:
    """The fact's record value."""
    identity = str(uuid5(NAMESPACE_URL, f"{report.source}/{report.id}"))
    data = FactData(state=state(report))
    made = Fact(id=identity, subject=report.subject, causationid=report.id, data=data)
    return made.model_dump_json().encode()
