"""Every event: importing this module fills the registry."""

from __future__ import annotations

from functools import cache

from jembatan.contracts.reading import Language
from jembatan.contracts.registry import FACTS, REPORTS


@cache
def language() -> Language:
    """The whole language, for `reading.read`."""
    return Language.of(REPORTS.values(), FACTS.values())
