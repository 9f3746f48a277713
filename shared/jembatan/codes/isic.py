"""Sectors: the International Standard Industrial Classification, Revision 4 (United Nations, 2008).

A sector is written with its revision, `ISIC4-Q` or `ISIC4-Q.86`, because Revision 5 gives letters anew.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Section(NamedTuple):
    """A section's title and the first and last of its divisions; none between them is missing."""

    title: str
    first: int
    last: int


class Sector(NamedTuple):
    """A section, and one of its divisions if one is named (two digits)."""

    section: str
    division: str | None


SECTIONS = {
    "A": Section("Agriculture, forestry and fishing", 1, 3),
    "B": Section("Mining and quarrying", 5, 9),
    "C": Section("Manufacturing", 10, 33),
    "D": Section("Electricity, gas, steam and air conditioning supply", 35, 35),
    "E": Section("Water supply; sewerage, waste management and remediation activities", 36, 39),
    "F": Section("Construction", 41, 43),
    "G": Section("Wholesale and retail trade; repair of motor vehicles and motorcycles", 45, 47),
    "H": Section("Transportation and storage", 49, 53),
    "I": Section("Accommodation and food service activities", 55, 56),
    "J": Section("Information and communication", 58, 63),
    "K": Section("Financial and insurance activities", 64, 66),
    "L": Section("Real estate activities", 68, 68),
    "M": Section("Professional, scientific and technical activities", 69, 75),
    "N": Section("Administrative and support service activities", 77, 82),
    "O": Section("Public administration and defence; compulsory social security", 84, 84),
    "P": Section("Education", 85, 85),
    "Q": Section("Human health and social work activities", 86, 88),
    "R": Section("Arts, entertainment and recreation", 90, 93),
    "S": Section("Other service activities", 94, 96),
    "T": Section("Activities of households as employers and for own use", 97, 98),
    "U": Section("Activities of extraterritorial organizations and bodies", 99, 99),
}
HEALTH = "Q"

_SECTOR = re.compile(r"ISIC4-(?P<section>[A-U])(?:\.(?P<division>[0-9]{2}))?", re.ASCII)


def parse(sector: str) -> Sector:
    """Read `ISIC4-Q` or `ISIC4-Q.86`. Raises `ValueError` that says what is wrong with it."""
    match = _SECTOR.fullmatch(sector)
    if match is None:
        raise ValueError(
            f"not a sector: {sector!r}; write ISIC4-<section A to U>, as in ISIC4-Q or ISIC4-Q.86"
        )
    section, division = match["section"], match["division"]
    first, last = SECTIONS[section].first, SECTIONS[section].last
    if division is not None and not first <= int(division) <= last:
        raise ValueError(
            f"section {section} of ISIC Rev.4 has divisions {first:02} to {last:02}, not {division}"
        )
    return Sector(section, division)


def is_sector(sector: str) -> bool:
    """Whether `parse` can read it."""
    try:
        parse(sector)
    except ValueError:
        return False
    return True


def is_health(sector: str) -> bool:
    """Whether the sector is human health and social work. Raises `ValueError` if it is no sector."""
    return parse(sector).section == HEALTH
