"""Lays the story out for a terminal, or as JSON lines for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from cli.demo.example import Example
from cli.demo.story import summary
from cli.demo.story.known import Known
from cli.demo.story.lines import Line, Tone
from cli.output import out, put_json, put_table, safe, table

WIDTH = 100
INDENT = 12
STYLES = {
    Tone.PLAIN: "",
    Tone.GOOD: "green",
    Tone.NO: "yellow",
    Tone.ASIDE: "dim",
    Tone.HEAD: "bold",
}


class Plain:
    """For people, at most 100 columns wide."""

    def begin(self, example: Example) -> None:
        self._put(example.file.title, "bold")
        self._list("Real:", [f"{one.what} ({one.source})" for one in example.file.real])
        self._list("Made up:", example.file.made_up)

    def act(self, number: int, heading: str) -> None:
        self._put("")
        self._put(f"{number}. {heading}", "bold")

    def lines(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self._put(laid_out(line), STYLES[line.tone])

    def end(self, known: Known) -> None:
        self._put("")
        self._put("How it stands", "bold")
        put_table(_table(known))
        for heading, lines in (
            ("Who holds a seat:", summary.seated_lines(known)),
            ("Refused reports:", summary.refusals(known)),
            ("Without a seat after an offer:", summary.unseated(known)),
            ("What next:", summary.next_lines(known)),
        ):
            if lines:
                self._put(heading, "bold")
                for line in lines:
                    self._put(f"  {_wrapped(line.text, 2)}", STYLES[line.tone])

    def _list(self, heading: str, items: Sequence[str]) -> None:
        if items:
            self._put(heading, "dim")
        for item in items:
            self._put(f"  - {_wrapped(item, 4)}", "dim")

    def _put(self, text: str, style: str = "") -> None:
        out().print(Text(text, style=style))


class Json:
    """For programs: an object for each act's lines as they come, and one for the end."""

    def __init__(self) -> None:
        self._act: dict[str, object] = {}

    def begin(self, example: Example) -> None:
        real = [one.model_dump() for one in example.file.real]
        put_json({"title": example.file.title, "real": real, "made_up": list(example.file.made_up)})

    def act(self, number: int, heading: str) -> None:
        self._act = {"act": number, "heading": heading}

    def lines(self, lines: Iterable[Line]) -> None:
        for line in lines:
            put_json({**self._act, "day": line.day or None, "text": line.text, "depth": line.depth})

    def end(self, known: Known) -> None:
        put_json({"end": summary.as_json(known)})


Show = Plain | Json


def laid_out(line: Line) -> str:
    """A line with its day before it, wrapped under itself."""
    indent = INDENT + 2 * line.depth
    return f"{line.day:<{INDENT}}{'  ' * line.depth}{_wrapped(line.text, indent)}"


def _wrapped(text: str, indent: int) -> str:
    wrapped = textwrap.wrap(safe(text), WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * indent}".join(wrapped)


def _table(known: Known) -> Table:
    made = table("partnership", "cap", "held", "left", "offered", "accepted", "declined", "lapsed", "started")
    for row in summary.rows(known):
        cap = ["none" if row.cap is None else str(row.cap), str(row.held)]
        left = "-" if row.remaining is None else str(row.remaining)
        counts = (row.offered, row.accepted, row.declined, row.lapsed, row.started)
        made.add_row(row.partnership, *cap, left, *map(str, counts))
    return made
