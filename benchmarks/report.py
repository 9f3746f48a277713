"""Medians, spreads and ratios as text."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from benchmarks.engine import Measured, Setting


def table(settings: Sequence[Setting], measured: Sequence[Measured]) -> str:
    """A row a setting: median, least and most reports a second, and the ratio to the first, run by run."""
    rates = {setting: [one.rate for one in measured if one.setting == setting] for setting in settings}
    base = rates[settings[0]]
    lines = [
        "| setting | reports/s, median (least to most) | ratio to the first (least to most) |",
        "|---|---|---|",
    ]
    for setting in settings:
        ratios = [rate / first for rate, first in zip(rates[setting], base, strict=True)]
        lines.append(f"| {setting} | {spread(rates[setting], '.0f')} | {spread(ratios, '.2f')} |")
    return "\n".join(lines)


def spread(values: Sequence[float], form: str) -> str:
    """The median of some values, and in brackets the least and the most."""
    return f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})"
