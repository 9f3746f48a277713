"""Names for codes, and numbers with their nouns. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from jembatan.codes import isic
from jembatan.contracts.partners.values import key_of


@cache
def place(code: str) -> str:
    """The English name of a country or subdivision; the code itself if it is none."""
    import pycountry

    table: Any = pycountry.subdivisions if "-" in code else pycountry.countries
    found = table.get(code=code) if "-" in code else table.get(alpha_2=code)
    return str(found.name) if found else code


def sector(code: str) -> str:
    """The title of a sector's section."""
    try:
        return isic.SECTIONS[isic.parse(code).section].title.lower()
    except (KeyError, ValueError):
        return code


def partnership(identity: str) -> str:
    """What a partnership is, by its id."""
    key = key_of(identity)
    return f"{place(key.origin)} and {place(key.jurisdiction)}, {sector(key.sector)}, {key.scheme}"


def count(number: int, one: str, many: str = "") -> str:
    """`1 seat`, `2 seats`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(names: Iterable[str], most: int = 6) -> str:
    """`a, b and c`; of many the first, and how many more."""
    found = list(names)
    if len(found) > most:
        return f"{', '.join(found[:most])} and {len(found) - most} more"
    return " and ".join(filter(None, (", ".join(found[:-1]), *found[-1:])))


def day(at: datetime | date) -> str:
    """The day in UTC."""
    return (at.astimezone(UTC).date() if isinstance(at, datetime) else at).isoformat()
