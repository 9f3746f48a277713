"""Every event: importing this module fills the registry."""

from __future__ import annotations

from functools import cache

from jembatan.contracts import matching, partners, vacancies  # noqa: F401  (importing declares)
from jembatan.contracts.reading import Language
from jembatan.contracts.registry import FACTS, REPORTS, EventType


def events() -> tuple[EventType, ...]:
    """Every event, reports first, in the order of their declaration."""
    return (*REPORTS.values(), *FACTS.values())


@cache
def language() -> Language:
    """The whole language, for `reading.read`."""
    return Language.of(REPORTS.values(), FACTS.values())
