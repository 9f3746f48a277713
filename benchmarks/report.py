"""Medians, spreads and ratios as text."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median


def spread(values: Sequence[float], form: str) -> str:
    """The median of some values, and in brackets the least and the most; one value stands alone."""
    if len(values) == 1:
        return f"{values[0]:{form}}"
    return f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def ratios(values: Sequence[float], base: Sequence[float]) -> list[float]:
    """Each value by that of the same round in `base`."""
    return [value / one for value, one in zip(values, base, strict=True)]


def rows(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    cells = [list(head), ["---"] * len(head), *map(list, lines)]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)
