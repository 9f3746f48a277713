"""Reads an example folder whole, and names every fault before anything is started."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from cli.demo import generator
from cli.demo.files import Answering, CandidatesFile, ExampleFile, Placing, Selecting, Step
from cli.demo.reports import Report, Wave, of_line, waves
from cli.reports_file import Line, read_lines, reused
from jembatan.contracts.model import Strict
from jembatan.contracts.reporters import BadReporters, load_reporters
from jembatan.contracts.vacancies import JobOrderSubmitted
from jembatan.engine.records import EPOCH

EXAMPLE = "example.toml"
REPORTERS = "reporters.toml"
M = TypeVar("M", bound=Strict)


class BadExample(ValueError):
    """An example folder cannot be played; `faults` are all sentences that say why, each with its place."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Scene:
    """A step that is ready to be played."""

    waves: tuple[Wave, ...]
    answers: Answering | None
    until: datetime
    awaits: tuple[tuple[str, str], ...]
    selection: Selecting | None = None
    placing: tuple[Placing, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    heading: str
    scenes: tuple[Scene, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A whole example: its file, its reporters' sources by code, its acts."""

    folder: Path
    file: ExampleFile
    sources: dict[str, str]
    acts: tuple[Act, ...]

    @property
    def reporters(self) -> Path:
        return self.folder / REPORTERS


@dataclass(slots=True)
class _Reading:
    folder: Path
    faults: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    generated: list[tuple[str, CandidatesFile]] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    clock: datetime = EPOCH


def load(folder: Path) -> Example:
    """The example of a folder; `BadExample` names every fault of every file."""
    if not folder.is_dir():
        raise BadExample([f"{folder}: there is no such folder; examples/ holds some to copy."])
    reading = _Reading(folder)
    reading.sources = _sources(reading)
    file = _toml(reading, EXAMPLE, ExampleFile)
    acts = _acts(reading, file) if file else ()
    if file and file.then:
        _check_time(reading, waves(_reports(reading, file.then.file)), file.then.until, "then", {})
    reading.faults += [str(fault) for fault in reused(reading.lines)]
    reading.faults += _unknown_vacancies(reading)
    reading.faults += _silent_employers(reading, file) if file else []
    if reading.faults or file is None:
        raise BadExample(reading.faults)
    return Example(folder, file, reading.sources, acts)


def _sources(reading: _Reading) -> dict[str, str]:
    try:
        listed = load_reporters(reading.folder / REPORTERS).reporter
    except BadReporters as error:
        reading.faults.append(str(error))
        return {}
    return {one.code: one.source for one in listed}


def _toml(reading: _Reading, name: str, model: type[M]) -> M | None:
    path = reading.folder / name
    try:
        return model.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        reading.faults.append(f"{path}: cannot be read: {error.strerror}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reading.faults.append(f"{path}: not TOML: {error}")
    except ValidationError as error:
        reading.faults += [
            f"{path}: {'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()
        ]
    return None


def _acts(reading: _Reading, file: ExampleFile) -> tuple[Act, ...]:
    return tuple(
        Act(act.heading, tuple(_scene(reading, step, f"act.{a}.step.{s}") for s, step in enumerate(act.step)))
        for a, act in enumerate(file.act)
    )


def _scene(reading: _Reading, step: Step, where: str) -> Scene:
    reports = [report for name in step.files for report in _reports(reading, name)]
    found = sorted([*waves(reports), *_generated(reading, step.candidates)], key=lambda wave: wave.first)
    until = step.until.astimezone(UTC)
    later = _later(step)
    _check_time(reading, found, until, where, {part: one.at for part, one in later.items()})
    reading.faults += [
        _no_reporter(reading.folder / EXAMPLE, f"{where}.{part}.reporter", one.reporter)
        for part, one in later.items()
        if one.reporter is not None and one.reporter not in reading.sources
    ]
    awaits = tuple((name, subject) for name, _, subject in (one.partition(" ") for one in step.awaits))
    return Scene(tuple(found), step.answers, until, awaits, step.selection, step.placing)


def _later(step: Step) -> dict[str, Answering | Placing | Selecting]:
    """Parts of a step whose reports are made from what was read, by where they stand in it."""
    named = {f"placing.{number}": one for number, one in enumerate(step.placing)}
    alone = {"selection": step.selection, "answers": step.answers}
    return {part: one for part, one in alone.items() if one is not None} | named


def _reports(reading: _Reading, name: str) -> Iterator[Report]:
    path = reading.folder / name
    try:
        lines, faults = read_lines(str(path), path.read_bytes())
    except OSError as error:
        reading.faults.append(f"{path}: cannot be read: {error.strerror}")
        return
    reading.faults += [str(fault) for fault in faults]
    reading.lines += lines
    for line in lines:
        if line.envelope.time is None:
            reading.faults.append(f"{line.place}: /time: An example's report says when it was made.")
        else:
            yield of_line(line, line.envelope.time)


def _generated(reading: _Reading, name: str | None) -> list[Wave]:
    file = _toml(reading, name, CandidatesFile) if name else None
    if name is None or file is None:
        return []
    path = reading.folder / name
    wrong = [f"{path}: {fault}" for fault in generator.faults(file)]
    wrong += [
        _no_reporter(path, part, code)
        for part, code in (("reporter", file.reporter), ("verifier", file.verifier))
        if code not in reading.sources
    ]
    reading.faults += wrong
    reading.generated.append((str(path), file))
    return [] if wrong else generator.stages(file, reading.sources, str(path))


def _no_reporter(path: Path, part: str, code: str) -> str:
    return f"{path}: {part}: {REPORTERS} names no reporter {code}"


def _check_time(
    reading: _Reading, found: Iterable[Wave], until: datetime, where: str, later: Mapping[str, datetime]
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


def _unknown_vacancies(reading: _Reading) -> Iterator[str]:
    known = {
        line.envelope.subject for line in reading.lines if isinstance(line.envelope.data, JobOrderSubmitted)
    }
    for path, file in reading.generated:
        for number, group in enumerate(file.group):
            for vacancy in {one for tier in group.wants for one in tier} - known:
                yield f"{path}: group.{number}.wants: no file of the example submits the job order {vacancy}"


def _silent_employers(reading: _Reading, file: ExampleFile) -> Iterator[str]:
    """Employers who would report about a placement, and are no reporters."""
    steps = [step for act in file.act for step in act.step]
    speaking = {one.partnership for step in steps for one in step.placing if one.reporter is None}
    orders = [line.envelope.data for line in reading.lines]
    asked = {
        one.employer for one in orders if isinstance(one, JobOrderSubmitted) and one.partnership in speaking
    }
    for name in sorted(asked - reading.sources.keys()):
        yield _no_reporter(reading.folder / EXAMPLE, "placing without reporter", name)
