"""docs/decisions/README.md lists every decision, by its own title and status."""

from __future__ import annotations

import re
from pathlib import Path

DECISIONS = Path(__file__).parents[2] / "docs" / "decisions"
ROW = re.compile(r"^\| \[(\d{4})\]\((\S+)\) \| (.+) \| (.+) \|$", re.MULTILINE)


def test_the_index_has_every_decision_in_order_with_title_and_status() -> None:
    listed = ROW.findall((DECISIONS / "README.md").read_text("utf-8"))
    there = []
    for page in sorted(DECISIONS.glob("0*.md")):
        text = page.read_text("utf-8")
        title, status = re.match(r"# \d{4} (.+)", text), re.search(r"^Status: (.+)$", text, re.MULTILINE)
        assert title and status, page.name
        there.append((page.name[:4], page.name, title[1], status[1]))
    assert listed == there
