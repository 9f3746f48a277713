"""Programmes: what an origin's law, a host and a scheme ask, as files of data.

A file has the sections `[programme]` (id, version, the key of the partnerships it is for), `[vacancies]`,
and those of matching, which `jembatan.programmes_matching` reads. Each rule carries its `basis` and `known`:
what is known from memory warns, and never refuses.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, JsonValue, ValidationError

from jembatan.contracts.model import Code, Model, Strict
from jembatan.contracts.partners.schemes import Scheme, Schemes
from jembatan.contracts.partners.values import Country, Jurisdiction, SchemeCode, Sector, key_of
from jembatan.contracts.vacancies.rules import ANY, VacancyRules

SCHEMES = "schemes.toml"
Section = dict[str, JsonValue]
S = TypeVar("S", bound=Model)


class BadProgramme(ValueError):
    """A programme's file is missing or wrong; the message names the file and every fault."""


class Header(Strict):
    """The section `[programme]`: a name, a version, and which partnerships it is for (`*`: any)."""

    id: Code
    version: Code
    title: str = ""
    origin: Country | Literal["*"] = "*"
    jurisdiction: Jurisdiction | Literal["*"] = "*"
    sector: Sector | Literal["*"] = "*"
    scheme: SchemeCode | Literal["*"] = "*"

    @property
    def parts(self) -> tuple[str, str, str, str]:
        return (self.origin, self.jurisdiction, self.sector, self.scheme)

    def matches(self, partnership: str) -> bool:
        """Whether it is for the partnership of this id."""
        key = key_of(partnership)
        wanted = (key.origin, key.jurisdiction, key.sector, key.scheme)
        return all(part in (ANY, want) for part, want in zip(self.parts, wanted, strict=True))

    @property
    def exactness(self) -> int:
        """How many parts of the key it names."""
        return sum(part != ANY for part in self.parts)


class Programme(Strict):
    """One file. The sections of matching are kept as they were read."""

    programme: Header
    vacancies: VacancyRules = VacancyRules()
    eligibility: Section = Field(default_factory=dict)
    roster: Section = Field(default_factory=dict)
    points: Section = Field(default_factory=dict)
    round: Section = Field(default_factory=dict)
    placement: Section = Field(default_factory=dict)
    selection: Section = Field(default_factory=dict)

    @property
    def name(self) -> str:
        """Id and version, as rounds name it: `id-ca-nb-health-g2g/1`."""
        return f"{self.programme.id}/{self.programme.version}"


@dataclass(frozen=True, slots=True)
class Programmes:
    """All programmes of an installation, and the schemes."""

    programmes: tuple[Programme, ...] = ()
    schemes: tuple[Scheme, ...] = ()

    def for_partnership(self, partnership: str) -> Programme | None:
        """The one that names most of the partnership's key, or none."""
        fitting = [one for one in self.programmes if one.programme.matches(partnership)]
        return max(fitting, key=lambda one: one.programme.exactness, default=None)

    def vacancy_rules(self, partnership: str) -> VacancyRules:
        """What is asked of job orders under the partnership of this id."""
        programme = self.for_partnership(partnership)
        return VacancyRules() if programme is None else programme.vacancies


def load_programmes(folder: Path) -> Programmes:
    """Read every programme of a folder, and its `schemes.toml`; a `BadProgramme` names every fault."""
    paths = sorted(path for path in folder.glob("*.toml") if path.name != SCHEMES)
    faults: list[str] = []
    programmes = [_read(path, Programme, faults) for path in paths]
    schemes = _read(folder / SCHEMES, Schemes, faults)
    known = tuple(one for one in programmes if one is not None)
    faults += _ambiguous(known)
    if faults or schemes is None:
        raise BadProgramme("; ".join(faults))
    return Programmes(known, schemes.scheme)


def load_programme(path: Path) -> Programme:
    """Read one programme's file; a `BadProgramme` names every fault."""
    faults: list[str] = []
    programme = _read(path, Programme, faults)
    if programme is None:
        raise BadProgramme("; ".join(faults))
    return programme


def _read(path: Path, model: type[S], faults: list[str]) -> S | None:
    try:
        return model.model_validate(tomllib.loads(path.read_text()))
    except FileNotFoundError:
        faults.append(f"{path}: there is no such file")
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{path}: not TOML: {error}")
    except ValidationError as error:
        faults += [f"{path}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    return None


def _ambiguous(programmes: Iterable[Programme]) -> list[str]:
    """Programmes between which the key of some partnership cannot choose, and names given twice."""
    found: list[str] = []
    seen: list[Header] = []
    for header in (one.programme for one in programmes):
        found += [_twins(header, other) for other in seen if _clash(header, other)]
        seen.append(header)
    return found


def _clash(one: Header, other: Header) -> bool:
    both = zip(one.parts, other.parts, strict=True)
    meet = all(ANY in pair or pair[0] == pair[1] for pair in both)
    return one.id == other.id or (meet and one.exactness == other.exactness)


def _twins(one: Header, other: Header) -> str:
    return f"programmes {other.id} and {one.id} have the same id or are for the same partnerships"
