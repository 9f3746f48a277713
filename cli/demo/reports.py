"""Reports to be sent: those of a file's lines, and those that the demo makes itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pydantic import BaseModel

from cli.reports_file import HEADERS, Line
from jembatan.contracts.registry import REPORTS
from jembatan.contracts.writing import Encoded, encode_report


@dataclass(frozen=True, slots=True)
class Report:
    """One report as a reporter would send it; `place` says where it was written, for people.

    `must` be accepted: it was made from what was read, so that a refusal shows a fault of the example.
    """

    id: str
    source: str
    name: str
    subject: str
    topic: str
    time: datetime
    encoded: Encoded
    place: str
    must: bool = False


@dataclass(frozen=True, slots=True)
class Wave:
    """Reports that are sent together; what they rest on was answered before."""

    reports: tuple[Report, ...]

    @property
    def first(self) -> datetime:
        return self.reports[0].time

    @property
    def last(self) -> datetime:
        return self.reports[-1].time


def of_line(line: Line, time: datetime) -> Report:
    """The report of a file's line, sent as it stands there."""
    event = line.envelope
    encoded = Encoded(event.subject.encode(), line.value, HEADERS)
    at = time.astimezone(UTC)
    return Report(event.id, event.source, line.name, event.subject, line.topic, at, encoded, line.place)


def made(
    name: str,
    subject: str,
    source: str,
    time: datetime,
    data: BaseModel | Mapping[str, Any],
    place: str,
    about: str = "",
) -> Report:
    """A report that the demo makes. Its id is opaque, since facts name their cause, also public ones.

    `about` tells apart what one source reports by one name of one subject, as two kinds of clearance.
    """
    identity = str(uuid5(NAMESPACE_URL, " ".join(filter(None, (source, name, subject, about)))))
    encoded = encode_report(name, subject, source, identity, data, time)
    return Report(
        identity, source, name, subject, REPORTS[name].topic, time.astimezone(UTC), encoded, place, must=True
    )


def waves(reports: Iterable[Report]) -> list[Wave]:
    """Reports of one time each, in order of time."""
    by_time: dict[datetime, list[Report]] = {}
    for report in reports:
        by_time.setdefault(report.time, []).append(report)
    return [Wave(tuple(by_time[time])) for time in sorted(by_time)]
