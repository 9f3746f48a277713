"""What commands print: results to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

INSTANT = "%Y-%m-%d %H:%M:%S"


def out() -> Console:
    """Results; made anew for each use, so that a redirected stdout is the one that is written to."""
    # Into a file or a pipe nothing is folded.
    wide = None if sys.stdout.isatty() else 240
    return Console(file=sys.stdout, highlight=False, soft_wrap=True, emoji=False, markup=False, width=wide)


def err() -> Console:
    """Progress, warnings, errors."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True, emoji=False, markup=False)


def say(text: str) -> None:
    """One line for the person who waits."""
    err().print(text, style="dim")


def complain(lines: Iterable[str]) -> None:
    """An error's lines."""
    for line in lines:
        err().print(line, style="red")


def put_json(value: object) -> None:
    """One JSON object on a line of its own."""
    put_line(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def put_line(text: str) -> None:
    """A line of a result, written at once, so that a pipe sees it."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def put_table(table: Table) -> None:
    out().print(table)


def table(*columns: str, title: str | None = None) -> Table:
    """An empty table without lines around it."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in columns:
        made.add_column(name, overflow="fold")
    return made


def instant(at: datetime | None) -> str:
    """A time as people read it, in UTC; the milliseconds only if there are any."""
    if at is None:
        return "-"
    moment = at.astimezone(UTC)
    tail = f".{moment.microsecond // 1000:03}" if moment.microsecond >= 1000 else ""
    return f"{moment.strftime(INSTANT)}{tail}Z"


def safe(text: str) -> str:
    """Text from outside without control characters, which could rewrite a terminal's screen."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
