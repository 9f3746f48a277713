"""Panel Round: `match`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PANEL = "Round"


def add(app: typer.Typer) -> None:
    """Add this panel's commands."""
    app.command("match", rich_help_panel=PANEL)(match)


def match(
    market: Annotated[Path, typer.Argument(metavar="MARKET", help="A `jembatan.market/1` file.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where the result goes; else stdout."),
    ] = None,
) -> None:
    """Run a round from its market file, with no server: who is matched, who was passed over and why.

    Exit code 2: the market is wrong; every fault is named.

    Example: `jembatan match market.json -o result.json`
    """
    from cli.market import match_file

    raise typer.Exit(match_file(market, output))
