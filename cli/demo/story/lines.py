"""A line of the story, before it is laid out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a line is meant; the terminal shows it as a colour."""

    PLAIN = "plain"
    GOOD = "good"
    NO = "no"
    ASIDE = "aside"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Line:
    """`day` is shown before the text, if the line has one; `depth` sets lines under the one before."""

    text: str
    day: str = ""
    tone: Tone = Tone.PLAIN
    depth: int = 0
