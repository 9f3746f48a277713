"""What a market and a result consist of.

The pydantic models are the shape of `jembatan.market/1` as it stands in the file; `Market` is what the
mechanism works on. Unknown fields are refused: whoever checks a round must not pass over a field that its
maker meant to count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, JsonValue, Strict

MARKET_FORMAT = "jembatan.market/1"
RESULT_FORMAT = "jembatan.result/1"

# RFC 8785 writes a number as a double, which is exact for whole numbers up to here and not beyond.
GREATEST_NUMBER = 2**53 - 1
ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"
HEX_32_PATTERN = r"^[0-9a-f]{64}$"
HEX_PATTERN = r"^([0-9a-f]{2})+$"
TIME_PATTERN = r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$"

Id = Annotated[str, Field(pattern=ID_PATTERN)]
Hex32 = Annotated[str, Field(pattern=HEX_32_PATTERN)]
Count = Annotated[int, Strict(), Field(ge=0, le=GREATEST_NUMBER)]


class Record(BaseModel):
    """An object of a file: frozen, and without fields that the format has not."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Node(Record):
    """A level of the cap tree. `remaining`: seats still free here for all below together; None: no cap."""

    id: Id
    parent: Id | None
    remaining: Count | None


class Vacancy(Record):
    """A leaf of the cap tree, under `node`. `openings`: places still free; None: any number."""

    id: Id
    node: Id
    openings: Count | None


class Candidate(Record):
    """One person's confirmed list, best first, with the score (points) and tier of each eligible pair.

    A vacancy that is not on the list is not acceptable to the candidate; a tier left out is 0.
    """

    id: Id
    preferences: tuple[Id, ...]
    scores: dict[Id, Count]
    tiers: dict[Id, Count] = Field(default_factory=dict)


class Draw(Record):
    """The round's randomness, and what it came from: a beacon's signature or the committers' secrets."""

    rho: Hex32
    signature: Annotated[str, Field(pattern=HEX_PATTERN)] | None = None
    secrets: dict[Id, Hex32] | None = None


class MarketFile(Record):
    """The whole file. `rules` (versions), `as_of` and `lottery` are optional and part of the snapshot."""

    format: Literal["jembatan.market/1"]
    round_id: Id
    rules: dict[str, JsonValue] | None = None
    as_of: Annotated[str, Field(pattern=TIME_PATTERN)] | None = None
    lottery: dict[str, JsonValue] | None = None
    nodes: tuple[Node, ...]
    vacancies: tuple[Vacancy, ...]
    candidates: tuple[Candidate, ...]
    draw: Draw


@dataclass(frozen=True, slots=True)
class Market:
    """A market without faults, with its snapshot (hex) and randomness (hex)."""

    round_id: str
    nodes: tuple[Node, ...]
    vacancies: tuple[Vacancy, ...]
    candidates: tuple[Candidate, ...]
    rho: str
    snapshot: str


class PassedOver(NamedTuple):
    """A preference that was not granted: `node` was full, and `before` is who stands last inside it.

    `before` is None where the node has no room at all.
    """

    vacancy: str
    node: str
    before: str | None


class Cutoff(NamedTuple):
    """The last pair that still has a seat inside a full node or vacancy."""

    candidate: str
    vacancy: str
    tier: int
    score: int
    ticket: str


@dataclass(frozen=True, slots=True)
class Result:
    """What the round decided: candidate to vacancy, and the reason for every preference not granted.

    `matches` holds matched candidates only; `passed_over` those with at least one preference above what
    they got; `cutoffs` the full nodes and vacancies that hold somebody.
    """

    round_id: str
    snapshot: str
    matches: Mapping[str, str]
    passed_over: Mapping[str, tuple[PassedOver, ...]]
    cutoffs: Mapping[str, Cutoff]
