"""The sections of a programme's file that matching reads, from eligibility to placement."""

from __future__ import annotations

from pydantic import ValidationError

from jembatan.contracts.matching.rules import MatchingRules
from jembatan.programmes import BadProgramme, Programme, Programmes

ALWAYS = ("eligibility", "roster", "points", "round")
SECTIONS = (*ALWAYS, "selection", "placement")


def matching_rules(programmes: Programmes) -> dict[str, MatchingRules]:
    """What each programme asks of candidates, by its name and version, as `id-ca-nb-health-g2g/1`.

    A `BadProgramme` names every fault of every programme. A programme without any of these sections asks
    nothing of candidates, so no round can name it.
    """
    faults: list[str] = []
    read = [_read(one, faults) for one in programmes.programmes if _has_sections(one)]
    if faults:
        raise BadProgramme("; ".join(faults))
    return {rules.name: rules for rules in read if rules is not None}


def _has_sections(programme: Programme) -> bool:
    return any(getattr(programme, name) for name in SECTIONS)


def _read(programme: Programme, faults: list[str]) -> MatchingRules | None:
    header = programme.programme
    sections = {name: found for name in SECTIONS if (found := getattr(programme, name)) or name in ALWAYS}
    whole = {"id": header.id, "version": header.version, "key": header.parts, **sections}
    try:
        return MatchingRules.model_validate(whole)
    except ValidationError as error:
        faults += [f"programme {programme.name}: {_where(e['loc'])}: {e['msg']}" for e in error.errors()]
    return None


def _where(path: tuple[int | str, ...]) -> str:
    return ".".join(map(str, path)) or "eligibility"
