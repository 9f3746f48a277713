"""Panel Round: `match`, `verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson

PANEL = "Round"


def add(app: typer.Typer) -> None:
    """Add this panel's commands."""
    app.command("match", rich_help_panel=PANEL)(match)
    app.command("verify", rich_help_panel=PANEL)(verify)


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


def verify(
    market: Annotated[Path, typer.Argument(metavar="MARKET", help="A `jembatan.market/1` file.")],
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="A `jembatan.result/1` file.")],
    as_json: AsJson = False,
) -> None:
    """Check with no server whether a result is the right one for its market, computing all of it anew.

    Snapshot, tickets, matches, reasons, cut-offs and digest come from the plain reference;
    then the matches are searched for anyone who would have a right to object.

    Exit code 1: it is not the right one, and the first difference is said; 2: a file is wrong.

    Examples: `jembatan verify market.json result.json` · `jembatan verify market.json result.json --json`
    """
    from cli.verify import verify_files

    raise typer.Exit(verify_files(market, result, as_json))
