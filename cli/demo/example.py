"""An example: its acts and scenes, ready to be played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cli.demo.files import Answering, ExampleFile, Placing, Selecting
from cli.demo.reports import Wave

EXAMPLE = "example.toml"
REPORTERS = "reporters.toml"


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
