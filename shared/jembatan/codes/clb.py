"""Canadian Language Benchmarks from test results, one skill at a time.

Source: the equivalency table for IELTS General Training and for CELPIP-General that Immigration, Refugees
and Citizenship Canada applies to its economic programmes, read in two reprints that agree (imcada.com,
itc-canada.com). It holds for those two tests only. There is no official table between
CLB and CEFR, so there is none here.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum


class Skill(StrEnum):
    """The four skills, each tested and required by itself."""

    LISTENING = "listening"
    READING = "reading"
    WRITING = "writing"
    SPEAKING = "speaking"


LOWEST, HIGHEST = 4, 10

# The least IELTS band for CLB 4, 5, … 10.
_LEAST_BAND = {
    Skill.LISTENING: ("4.5", "5.0", "5.5", "6.0", "7.5", "8.0", "8.5"),
    Skill.READING: ("3.5", "4.0", "5.0", "6.0", "6.5", "7.0", "8.0"),
    Skill.WRITING: ("4.0", "5.0", "5.5", "6.0", "6.5", "7.0", "7.5"),
    Skill.SPEAKING: ("4.0", "5.0", "5.5", "6.0", "6.5", "7.0", "7.5"),
}
_LEAST = {skill: tuple(map(Decimal, bands)) for skill, bands in _LEAST_BAND.items()}


def from_ielts_general(skill: Skill, band: Decimal) -> int:
    """The CLB, 4 to 10, of an IELTS General Training band; 0 if the band is below CLB 4.

    10 is the table's end and means 10 or more. Raises `ValueError` unless `band` is 0 to 9 in steps of 0.5,
    `TypeError` if it is no Decimal: a binary fraction is no band.
    """
    if not isinstance(band, Decimal):
        raise TypeError(f"an IELTS band is a Decimal, not {type(band).__name__}: {band!r}")
    if not (band.is_finite() and 0 <= band <= 9 and band * 2 % 1 == 0):
        raise ValueError(f"not an IELTS band: {band}; bands go from 0 to 9 in steps of 0.5")
    reached = sum(band >= least for least in _LEAST[skill])
    return LOWEST + reached - 1 if reached else 0


def from_celpip_general(level: int) -> int:
    """The CLB of a CELPIP-General level: the same number, in every skill. 0 stands for M, below any level.

    Raises `ValueError` unless the level is 0 to 12.
    """
    if isinstance(level, bool) or not isinstance(level, int) or not 0 <= level <= 12:
        raise ValueError(f"not a CELPIP level: {level!r}; levels are whole numbers from 0 (M) to 12")
    return level
