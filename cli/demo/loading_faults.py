"""Faults of an example that only its files together show: time that goes back, names that nobody has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cli.demo.example import EXAMPLE, REPORTERS
from cli.demo.files import CandidatesFile, ExampleFile
from cli.demo.reports import Wave
from cli.reports_file import Line
from jembatan.contracts.vacancies import JobOrderSubmitted
from jembatan.engine.records import EPOCH


@dataclass(slots=True)
class Reading:
    """How far a folder is read: its faults, its reports, and when the step that was read last ends."""

    folder: Path
    faults: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    generated: list[tuple[str, CandidatesFile]] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    clock: datetime = EPOCH


def no_reporter(path: Path, part: str, code: str) -> str:
    """The fault that a file names who may not report."""
    return f"{path}: {part}: {REPORTERS} names no reporter {code}"


def check_time(
    reading: Reading, found: Iterable[Wave], until: datetime, where: str, later: Mapping[str, datetime]
) -> None:
    """Simulated time never goes back: what is reported before an earlier step's end would count later."""
    times = [(wave.first, wave.reports[0].place) for wave in found]
    times += [(at, f"{reading.folder / EXAMPLE}: {where}.{part}.at") for part, at in later.items()]
    for time, place in times:
        if time < reading.clock:
            reading.faults.append(f"{place}: {time} is before {reading.clock}, when the step before ends")
        if time > until:
            reading.faults.append(f"{place}: {time} is after {until}, the step's own `until`")
    if until < reading.clock:
        reading.faults.append(f"{reading.folder / EXAMPLE}: {where}.until: is before the step before ends")
    reading.clock = max(reading.clock, until)


def unknown_vacancies(reading: Reading) -> Iterator[str]:
    """Vacancies that generated candidates wish for, and no job order is submitted for."""
    known = {
        line.envelope.subject for line in reading.lines if isinstance(line.envelope.data, JobOrderSubmitted)
    }
    for path, file in reading.generated:
        for number, group in enumerate(file.group):
            for vacancy in {one for tier in group.wants for one in tier} - known:
                yield f"{path}: group.{number}.wants: no file of the example submits the job order {vacancy}"


def silent_employers(reading: Reading, file: ExampleFile) -> Iterator[str]:
    """Employers who would report about a placement, and are no reporters."""
    steps = [step for act in file.act for step in act.step]
    speaking = {one.partnership for step in steps for one in step.placing if one.reporter is None}
    orders = [line.envelope.data for line in reading.lines]
    asked = {
        one.employer for one in orders if isinstance(one, JobOrderSubmitted) and one.partnership in speaking
    }
    for name in sorted(asked - reading.sources.keys()):
        yield no_reporter(reading.folder / EXAMPLE, "placing without reporter", name)
