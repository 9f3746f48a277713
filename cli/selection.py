"""Which events a reader asked for. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from fnmatch import fnmatchcase

from cli.exits import Exit, Failed
from jembatan.client import Event
from jembatan.contracts.model import moment
from jembatan.contracts.refusal import Refusal
from jembatan.contracts.registry import SERVICES

_AGO = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Selection:
    """Names and subjects may hold `*`; empty ones take all. `since` and `until` are inclusive."""

    types: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, event: Event) -> bool:
        return (
            _matches(names(event), self.types)
            and _matches((event.subject,), self.subjects)
            and (self.since is None or event.at >= self.since)
            and (self.until is None or event.at <= self.until)
        )


def names(event: Event) -> tuple[str, ...]:
    """By which names an event is asked for: its own; for a refusal, those of the refused report."""
    if not isinstance(event.data, Refusal):
        return event.name, event.envelope.type
    full = event.data.report.type or ""
    codes = tuple(one.code for one in event.data.reasons)
    return (full, _name(full), *codes)


def _name(full: str) -> str:
    return full.removeprefix("org.jembatan.report.").rpartition(".v")[0]


def _matches(values: Iterable[str], patterns: Collection[str]) -> bool:
    return not patterns or any(fnmatchcase(value, pattern) for value in values for pattern in patterns)


def selection(
    types: Sequence[str] | None,
    subjects: Sequence[str] | None,
    since: str | None,
    until: str | None,
    *,
    known: Collection[str] | None,
    now: datetime,
) -> Selection:
    """The selection of these options; Failed names every one that is wrong.

    `known`: names that a type can have; None if they cannot be listed.
    """
    faults = [fault for one in types or () if known is not None and (fault := _unknown(one, known))]
    times = [_instant(text, now, faults, end=end) for text, end in ((since, False), (until, True))]
    if faults:
        raise Failed(Exit.BAD_INPUT, *faults)
    return Selection(tuple(types or ()), tuple(subjects or ()), *times)


def services(chosen: Sequence[str] | None) -> tuple[str, ...]:
    """The services asked for, all if none; Failed for a name that no service has."""
    wrong = [one for one in chosen or () if one not in SERVICES]
    if wrong:
        raise Failed(Exit.BAD_INPUT, f"No service {', '.join(wrong)}; there are {', '.join(SERVICES)}.")
    return tuple(chosen) if chosen else SERVICES


def when(text: str, now: datetime, *, end: bool = False) -> datetime:
    """An instant, a day in UTC (with `end` its last moment), or so long before `now`; ValueError if none."""
    if ago := _AGO.fullmatch(text):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        start = moment(date.fromisoformat(text), end=end)
        return start - timedelta(microseconds=1) if end else start
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("without an offset")
    return found.astimezone(UTC)


def required_instant(text: str, now: datetime) -> datetime:
    """As `when`; Failed if the text is no time."""
    faults: list[str] = []
    found = _instant(text, now, faults, end=False)
    if found is None:
        raise Failed(Exit.BAD_INPUT, *faults)
    return found


def _instant(text: str | None, now: datetime, faults: list[str], *, end: bool) -> datetime | None:
    if text is None:
        return None
    try:
        return when(text, now, end=end)
    except (ValueError, OverflowError):
        faults.append(
            f"{text!r} is no time; write 2025-06-03, 2025-06-03T12:00:00Z, or so long ago: 90m, 2h, 7d."
        )
        return None


def _unknown(pattern: str, known: Collection[str]) -> str | None:
    if any(fnmatchcase(name, pattern) for name in known):
        return None
    near = get_close_matches(pattern, known, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "docs/topics.md lists them all."
    return f"No event is called {pattern!r}; {hint}"
