"""docs/operations.md as commands: its fenced blocks in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.support.platform import ROOT

PAGE = ROOT / "docs" / "operations.md"
FENCED = r"^## (?P<heading>.+?)$|^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$"
BLOCK = re.compile(FENCED, re.MULTILINE | re.DOTALL)
EXAMPLE = "See an example first"


@dataclass(frozen=True)
class Block:
    """A fenced block of the page. `registry`: it needs an image that cannot be made here."""

    heading: str
    text: str
    registry: bool


def blocks() -> list[Block]:
    """The page's commands; AssertionError for a block that no test would run."""
    heading, found = "", []
    for match in BLOCK.finditer(PAGE.read_text("utf-8")):
        if match["heading"]:
            heading = match["heading"]
            continue
        assert match["kind"] in ("sh", "sh registry"), f"a block of {match['kind']!r} would not be run"
        found.append(Block(heading, match["text"], match["kind"].endswith("registry")))
    return found


def example() -> tuple[str, str]:
    """The two commands that play the example and take it away."""
    play, remove = next(block for block in blocks() if block.heading == EXAMPLE).text.splitlines()
    return play, remove
