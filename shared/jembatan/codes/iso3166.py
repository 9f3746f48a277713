"""Countries and their subdivisions: ISO 3166-1 alpha-2 and ISO 3166-2, from `pycountry`.

`pycountry` is imported, and a list built, at the first question about it, so that importing this is cheap.
"""

from __future__ import annotations

from functools import cache


@cache
def countries() -> frozenset[str]:
    """All officially assigned ISO 3166-1 alpha-2 codes."""
    import pycountry

    return frozenset(country.alpha_2 for country in pycountry.countries)


@cache
def subdivisions() -> frozenset[str]:
    """All ISO 3166-2 codes, at every level."""
    return frozenset(_parents())


def is_country(code: str) -> bool:
    """Whether `code` is a country: `ID`, `CA`. Lower case and reserved codes (`EU`, `UK`) are not."""
    return code in countries()


def is_jurisdiction(code: str) -> bool:
    """Whether `code` can be a host or an origin: a country (`CA`) or one of its subdivisions (`CA-NB`)."""
    return is_country(code) or ("-" in code and code in subdivisions())


def is_within(place: str, jurisdiction: str) -> bool:
    """Whether `place` is `jurisdiction` or lies in it: `CA-NB` is within `CA` and itself, not within `CA-NS`.

    Subdivisions of subdivisions count (`GB-KEN` is within `GB-ENG`). A code that is none is within nothing.
    """
    if not (is_jurisdiction(place) and is_jurisdiction(jurisdiction)):
        return False
    return jurisdiction in _enclosing(place)


def _enclosing(place: str) -> frozenset[str]:
    found = {place, place.partition("-")[0]}
    parent = _parents().get(place) if "-" in place else None
    while parent and parent not in found:
        found.add(parent)
        parent = _parents().get(parent)
    return frozenset(found)


@cache
def _parents() -> dict[str, str | None]:
    import pycountry

    return {subdivision.code: subdivision.parent_code for subdivision in pycountry.subdivisions}
