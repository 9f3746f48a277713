"""Reporters' rights: who may report what, and for whom (`reporters.toml`)."""

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from jembatan.contracts.model import Code, Strict
from jembatan.contracts.refusal import Reason

NOT_YOURS = "NOT_YOUR_REPORT"


class BadReporters(ValueError):
    """The reporters' file is missing or wrong; the message names every fault."""


class Reporter(Strict):
    """One system that reports.

    `source` is its CloudEvents source; `types` are event names, `*` allowed; an empty scope means any.
    `candidates` are the codes with which the ids of the candidates it speaks for begin. With `own_topics`
    its reports come by `<service>.reports.<code>` only; once Kafka lets nobody else write there, that proves
    who it is.
    """

    code: Code
    source: str = Field(min_length=1, max_length=255)
    types: tuple[str, ...]
    origins: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    employers: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    own_topics: bool = False

    def may_report(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.types)

    def outside(
        self,
        *,
        origin: str | None = None,
        jurisdiction: str | None = None,
        employer: str | None = None,
        candidate: str | None = None,
    ) -> tuple[Reason, ...]:
        """A reason for each given scope that this reporter may not speak for."""
        reasons = [
            _outside(self.source, what, value, allowed)
            for what, value, allowed in (
                ("origin", origin, self.origins),
                ("jurisdiction", jurisdiction, self.jurisdictions),
                ("employer", employer, self.employers),
            )
            if value is not None and allowed and value not in allowed
        ]
        if candidate is not None and self.candidates and not self._speaks_for(candidate):
            reasons.append(_outside(self.source, "candidate", candidate, self.candidates))
        return tuple(reasons)

    def issued(self, subject: str) -> bool:
        """Whether an id begins with the reporter's own code, as ids that it issues must."""
        return subject == self.code or subject.startswith((f"{self.code}-", f"{self.code}.", f"{self.code}:"))

    def _speaks_for(self, candidate: str) -> bool:
        return any(candidate.startswith((f"{c}-", f"{c}.", f"{c}:")) for c in self.candidates)


def _outside(source: str, what: str, value: str, allowed: tuple[str, ...]) -> Reason:
    detail = f"{source} may not report for {what} {value}, only for {', '.join(allowed)}."
    return Reason(code=NOT_YOURS, detail=detail)


class Reporters(Strict):
    """All reporters of an installation, known by their source."""

    reporter: tuple[Reporter, ...] = ()

    def by_source(self) -> dict[str, Reporter]:
        return {entry.source: entry for entry in self.reporter}


def load_reporters(path: Path) -> Reporters:
    """Read `reporters.toml`; a `BadReporters` names every fault."""
    try:
        entries = tomllib.loads(path.read_text())
        reporters = Reporters.model_validate(entries)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise BadReporters(
            f"{path}: there is no such file; name one with --reporters or JEMBATAN_REPORTERS"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise BadReporters(f"{path}: not TOML: {error}") from error
    except ValidationError as error:
        faults = "; ".join(f"{_place(entries, e['loc'])}: {e['msg']}" for e in error.errors())
        raise BadReporters(f"{path}: {faults}") from error
    _without_twins(path, reporters)
    return reporters


def _place(entries: dict[str, Any], place: tuple[int | str, ...]) -> str:
    """Where a fault is, with the reporters told by number, from 1, and by source."""
    if len(place) < 2 or not isinstance(place[1], int):
        return ".".join(map(str, place))
    entry, field = entries["reporter"][place[1]], ".".join(map(str, place[2:]))
    source = entry.get("source", "no source") if isinstance(entry, dict) else entry
    return f"reporter {place[1] + 1} ({source}): {field}"


def _without_twins(path: Path, reporters: Reporters) -> None:
    for name in ("source", "code"):
        values = [getattr(entry, name) for entry in reporters.reporter]
        twins = sorted({value for value in values if values.count(value) > 1})
        if twins:
            raise BadReporters(f"{path}: two reporters with the {name} {', '.join(twins)}")
