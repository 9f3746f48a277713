"""What could be decided next: the next record of each input, deadlines, pages of jobs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cli.recover.published import Lane, Lies
from jembatan.engine.decision import Made
from jembatan.engine.entry import Cause, fact_id
from jembatan.engine.records import EPOCH
from jembatan.engine.service import Connection

LOOKED_AT = 4
"""Of how many of a cause's facts it is asked where they lie: enough to tell whether its turn has come."""


class Sort(StrEnum):
    RECORD = "record"
    DEADLINE = "deadline"
    PAGE = "page"


@dataclass(slots=True)
class Candidate:
    """Something that may be decided next.

    `order` is when it was decided, as near as can be told; `names` are all that a fact may call it as its
    cause. `blocked` is the lane in which its facts found another's place, while there are more; `failed`:
    deciding it raised an error.
    """

    sort: Sort
    cause: Cause
    names: frozenset[str]
    title: str
    attempt: Callable[[Connection], Awaitable[Made]]
    lies: list[Lies] = field(default_factory=list)
    order: datetime = EPOCH
    blocked: Lane | None = None
    failed: bool = False

    @property
    def is_report(self) -> bool:
        return self.sort is Sort.RECORD and ".reports" in (self.cause.origin.topic or "")

    @property
    def source(self) -> tuple[str | None, int | None]:
        """Where its record lies, if it is one."""
        return self.cause.origin.topic, self.cause.origin.partition

    def ids(self, service: str) -> list[UUID]:
        """Its first facts' ids."""
        return [fact_id(service, self.cause.key, number) for number in range(LOOKED_AT)]


def names(service: str, cause: Cause) -> frozenset[str]:
    """What facts may call this cause: public ones hide a report about a person."""
    hidden = f"report:{service}/{fact_id(service, cause.key, 0)}"
    return frozenset({cause.key, hidden} if cause.origin.topic else {cause.key, cause.origin.id})


def may_be_next(candidate: Candidate, heads: dict[Lane, int], ends: dict[Lane, int]) -> bool:
    """Whether its published facts are the next of their lanes, as far as that can be told. Pure."""
    first: dict[Lane, int] = {}
    for one in candidate.lies:
        first[one.lane] = min(one.place, first.get(one.lane, one.place))
    if candidate.blocked is not None and not first:
        return heads[candidate.blocked] >= ends[candidate.blocked]
    return all(place == heads[lane] + 1 for lane, place in first.items())
