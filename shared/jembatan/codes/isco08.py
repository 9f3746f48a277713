"""Occupations: the International Standard Classification of Occupations, ISCO-08 (ILO, 2012).

`data/isco08.csv` holds every group with its title: major (1 digit), sub-major (2), minor (3) and unit
groups (4). KBJI 2014, Indonesia's classification, has the same unit groups.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

UNIT_GROUP_DIGITS = 4


@cache
def titles() -> dict[str, str]:
    """The English title of every group, by its code."""
    text = files(__package__).joinpath("data", "isco08.csv").read_text(encoding="utf-8")
    return {row["code"]: row["title"] for row in csv.DictReader(text.splitlines())}


@cache
def unit_groups() -> frozenset[str]:
    """The codes of all unit groups, the level at which an occupation is named."""
    return frozenset(code for code in titles() if len(code) == UNIT_GROUP_DIGITS)


def is_group(code: str) -> bool:
    """Whether `code` is a group of any level."""
    return code in titles()


def is_unit_group(code: str) -> bool:
    """Whether `code` names an occupation: `2221`, nursing professionals."""
    return code in unit_groups()


def title(code: str) -> str:
    """The group's English title. Raises `ValueError` if there is no such group."""
    if not is_group(code):
        raise ValueError(f"no group of ISCO-08: {code!r}; give 1 to 4 digits, as in 2221")
    return titles()[code]


def is_in_group(code: str, group: str) -> bool:
    """Whether the group `code` is `group` or lies in it: `2221` is in `222`, `22` and `2`."""
    return is_group(code) and is_group(group) and code.startswith(group)
