"""Reads an example folder whole, and names every fault before anything is started."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from cli.demo import generator
from cli.demo.example import EXAMPLE, REPORTERS, Act, BadExample, Example, Scene
from cli.demo.files import Answering, CandidatesFile, ExampleFile, Placing, Selecting, Step
from cli.demo.loading_faults import Reading, check_time, no_reporter, silent_employers, unknown_vacancies
from cli.demo.reports import Report, Wave, of_line, waves
from cli.reports_file import read_lines, reused
from jembatan.contracts.model import Strict
from jembatan.contracts.reporters import BadReporters, load_reporters

M = TypeVar("M", bound=Strict)


def load(folder: Path) -> Example:
    """The example of a folder; `BadExample` names every fault of every file."""
    if not folder.is_dir():
        raise BadExample([f"{folder}: there is no such folder; examples/ holds some to copy."])
    reading = Reading(folder)
    reading.sources = _sources(reading)
    file = _toml(reading, EXAMPLE, ExampleFile)
    acts = _acts(reading, file) if file else ()
    if file and file.then:
        check_time(reading, waves(_reports(reading, file.then.file)), file.then.until, "then", {})
    reading.faults += [str(fault) for fault in reused(reading.lines)]
    reading.faults += unknown_vacancies(reading)
    reading.faults += silent_employers(reading, file) if file else []
    if reading.faults or file is None:
        raise BadExample(reading.faults)
    return Example(folder, file, reading.sources, acts)


def _sources(reading: Reading) -> dict[str, str]:
    try:
        listed = load_reporters(reading.folder / REPORTERS).reporter
    except BadReporters as error:
        reading.faults.append(str(error))
        return {}
    return {one.code: one.source for one in listed}


def _toml(reading: Reading, name: str, model: type[M]) -> M | None:
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


def _acts(reading: Reading, file: ExampleFile) -> tuple[Act, ...]:
    return tuple(
        Act(act.heading, tuple(_scene(reading, step, f"act.{a}.step.{s}") for s, step in enumerate(act.step)))
        for a, act in enumerate(file.act)
    )


def _scene(reading: Reading, step: Step, where: str) -> Scene:
    reports = [report for name in step.files for report in _reports(reading, name)]
    found = sorted([*waves(reports), *_generated(reading, step.candidates)], key=lambda wave: wave.first)
    until = step.until.astimezone(UTC)
    later = _later(step)
    check_time(reading, found, until, where, {part: one.at for part, one in later.items()})
    reading.faults += [
        no_reporter(reading.folder / EXAMPLE, f"{where}.{part}.reporter", one.reporter)
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


def _reports(reading: Reading, name: str) -> Iterator[Report]:
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


def _generated(reading: Reading, name: str | None) -> list[Wave]:
    file = _toml(reading, name, CandidatesFile) if name else None
    if name is None or file is None:
        return []
    path = reading.folder / name
    wrong = [f"{path}: {fault}" for fault in generator.faults(file)]
    wrong += [
        no_reporter(path, part, code)
        for part, code in (("reporter", file.reporter), ("verifier", file.verifier))
        if code not in reading.sources
    ]
    reading.faults += wrong
    reading.generated.append((str(path), file))
    return [] if wrong else generator.stages(file, reading.sources, str(path))
