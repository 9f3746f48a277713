"""`python -m benchmarks.peers.msgspec.decode FILE ROUNDS`: decodes and validates each line of a file.

Prints as JSON the processor seconds of each round, and how many lines are good. msgspec names the first fault
of a report only.
"""

from __future__ import annotations

import datetime
import gc
import json
import sys
from pathlib import Path
from time import process_time
from typing import Annotated, Literal

import msgspec

Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")]
Occupation = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Unknown fields are refused, as in reports."""


class Competence(Strict, frozen=True):
    """A certificate of competence."""

    isco08: Occupation
    kind: Code
    issued_on: datetime.date
    expires_on: datetime.date | None = None


class Health(Strict, frozen=True):
    """The outcome of the health examination."""

    physical: bool
    mental: bool
    valid_until: datetime.date


class Document(Strict, frozen=True):
    """A document that exists."""

    kind: Code
    issued_on: datetime.date
    expires_on: datetime.date | None = None


class Test(Strict, frozen=True):
    """A language test."""

    kind: Code
    language: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}$")]
    taken_on: datetime.date
    expires_on: datetime.date | None = None
    listening: str | None = None
    reading: str | None = None
    writing: str | None = None
    speaking: str | None = None


class Licence(Strict, frozen=True):
    """A licence of a body."""

    body: Code
    stage: Code
    valid_until: datetime.date | None = None


class Employment(Strict, frozen=True):
    """Paid work in an occupation."""

    hours: Annotated[int, msgspec.Meta(gt=0)]
    started_on: datetime.date
    ended_on: datetime.date
    isco08: Occupation | None = None
    noc2021: str | None = None


class Evidence(Strict, frozen=True):
    """What a candidate can show."""

    birth_date: datetime.date
    citizenship: Country
    competence: tuple[Competence, ...] = ()
    health: Health | None = None
    social_security: tuple[Code, ...] = ()
    documents: tuple[Document, ...] = ()
    tests: tuple[Test, ...] = ()
    licences: tuple[Licence, ...] = ()
    experience: tuple[Employment, ...] = ()
    education: Annotated[int, msgspec.Meta(ge=0, le=8)] | None = None


class Data(Strict, frozen=True):
    """The data of the report."""

    origin: Country
    evidence: Evidence


class Report(msgspec.Struct, frozen=True):
    """`candidate.registered` in a CloudEvents envelope."""

    specversion: Literal["1.0"]
    id: Name
    source: Name
    type: Literal["org.jembatan.report.candidate.registered.v1"]
    subject: Id
    data: Data
    time: datetime.datetime | None = None
    datacontenttype: str | None = None


def main(file: str, rounds: int) -> None:
    """Decode all lines so often."""
    lines, decoder, took, good = Path(file).read_bytes().split(b"\n"), msgspec.json.Decoder(Report), [], 0
    gc.freeze()
    for _ in range(rounds):
        started, good = process_time(), 0
        for line in lines:
            try:
                decoder.decode(line)
                good += 1
            except msgspec.ValidationError as error:
                str(error)
        took.append(process_time() - started)
    sys.stdout.write(json.dumps({"seconds": took, "good": good}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
