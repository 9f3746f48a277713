"""Base models and field types of the language.

Reports forbid unknown fields, so that a misspelt one is named and not lost; what a subscriber reads
ignores them, so that optional fields can be added within a major version.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"
COMPOSITE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,128}$"
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_FULL_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MICROSECOND = timedelta(microseconds=1)
EARLIEST = datetime.min.replace(tzinfo=UTC) + _MICROSECOND
LATEST = datetime.max.replace(tzinfo=UTC) - _MICROSECOND
"""The first and last instants that are kept: asyncpg takes those beside them for infinity, and gives them
back without an offset."""
PARTNERSHIP_LIKE = re.compile(r"^[A-Z]{2}(:.*)?$")


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("NUL is not allowed in text")
    return text


def _not_partnership_like(text: str) -> str:
    if PARTNERSHIP_LIKE.match(text):
        raise ValueError("looks like a partnership's or a cap's id; begin it with the reporter's code")
    return text


def _without_colon(text: str) -> str:
    if ":" in text:
        raise ValueError("a round's id has no ':', since offers are named round:candidate")
    return text


def _rfc3339(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and _RFC3339.fullmatch(value):
            return datetime.fromisoformat(value.upper())
    except ValueError:
        pass
    raise ValueError("Input should be a time as in RFC 3339, with an offset: 2025-06-03T09:00:00Z")


def _in_utc(value: datetime) -> datetime:
    if not EARLIEST <= value <= LATEST:
        raise ValueError("Input should be a time within the years 1 to 9999, in UTC as well")
    return value


def _full_date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and _FULL_DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("Input should be a date: 2025-06-03")


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
"""A subject's id: 1 to 64 of `[A-Za-z0-9._:-]`, the first a letter or digit."""

OwnId = Annotated[Id, AfterValidator(_not_partnership_like)]
"""An id that a reporter issues; it may not look like a partnership's (`ID` alone or `ID:…`)."""

RoundId = Annotated[OwnId, AfterValidator(_without_colon)]
"""A round's id: as `OwnId`, without a colon."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_without_nul)]
"""Free text of 1 to 2,000 characters, without NUL (PostgreSQL stores none)."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A short code: a kind, an item, a body, an agency's name as code."""

Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""Thirty-two bytes as 64 lower-case hexadecimal digits."""

Time = Annotated[AwareDatetime, BeforeValidator(_rfc3339), AfterValidator(_in_utc)]
"""RFC 3339 with an offset, and nothing else: no date alone, no number of seconds. `EARLIEST` to `LATEST`."""

Day = Annotated[date, BeforeValidator(_full_date)]
"""A day as in RFC 3339: `2025-06-03`."""

Count = Annotated[int, Field(ge=0, le=10_000_000, strict=True)]
Positive = Annotated[int, Field(ge=1, le=10_000_000, strict=True)]
MinorUnits = Annotated[int, Field(ge=0, le=10**15, strict=True)]


class Model(BaseModel):
    """A frozen value; NaN and infinities are refused."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False, extra="ignore")


class Strict(Model):
    """A frozen value that forbids unknown fields: the parts of a report."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False, extra="forbid")


class ReportData(Strict):
    """The `data` of a report."""


class State(Model):
    """A subject's whole non-personal state, as its facts carry it."""


class FactData(Model):
    """The `data` of a fact: mostly a `state` and the names of what `changed`."""


def changed_fields(before: BaseModel | None, after: BaseModel) -> tuple[str, ...]:
    """Names of the fields in which `after` differs from `before`; all set ones if there was none."""
    fields = vars(after)
    if before is None:
        return tuple(name for name, value in fields.items() if value not in (None, ()))
    return tuple(name for name, value in fields.items() if value != getattr(before, name))


def moment(day: date, *, end: bool = False) -> datetime:
    """The first instant of a day in UTC, or with `end` the first instant after it.

    After the last day that there is comes `LATEST`: an end of 9999-12-31 means never.
    """
    start = datetime.combine(day, time(0), UTC)
    if not end:
        return start
    return LATEST if day == date.max else start + timedelta(days=1)
