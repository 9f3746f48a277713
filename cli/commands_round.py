"""Panel Round: `match`, `explain`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.options import HERE, AsJson, Folder, Kafka, Postgres

PANEL = "Round"


def add(app: typer.Typer) -> None:
    """Add this panel's commands."""
    app.command("match", rich_help_panel=PANEL)(match)
    app.command("explain", rich_help_panel=PANEL)(explain)


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


def explain(
    id: Annotated[  # noqa: A002
        str, typer.Argument(metavar="CANDIDATE", help="A candidate's id; or a vacancy's.")
    ],
    round_id: Annotated[
        str | None, typer.Option("--round", metavar="ID", help="One round; else all that it was part of.")
    ] = None,
    language: Annotated[
        str, typer.Option("--language", metavar="id|en|fr", help="Indonesian, English or French.")
    ] = "en",
    vacancy: Annotated[
        bool, typer.Option("--vacancy", help="The id is a vacancy's, also if a candidate has the same.")
    ] = False,
    kafka: Kafka = None,
    postgres: Postgres = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Say why a round ended as it did for a candidate: each place of the list, and what stood in the way.

    The rule that was not met, the cap that was full, that others stood before (never who), and what would
    have changed it where that is certain. For a vacancy: its cut-off, and how its seats went.

    Examples: `jembatan explain kp2mi-c-000017 --language id` · `jembatan explain horizon-rn-1 --json`
    """
    from cli import places
    from cli.explain.command import Asked, explain
    from cli.explain.wording import tongue

    asked = Asked(id, round_id, vacancy, tongue(language), as_json)
    asyncio.run(explain(places.kafka(kafka, folder), places.postgres(postgres, folder), asked))
