"""Panel Round: `match`, `verify`, `explain`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Exit, Failed
from cli.options import HERE, AsJson, Folder, Kafka, Postgres

PANEL = "Round"


def add(app: typer.Typer) -> None:
    """Add this panel's commands."""
    app.command("match", rich_help_panel=PANEL)(match)
    app.command("verify", rich_help_panel=PANEL)(verify)
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


def verify(
    market: Annotated[
        Path | None, typer.Argument(metavar="MARKET", help="A `jembatan.market/1` file.")
    ] = None,
    result: Annotated[
        Path | None, typer.Argument(metavar="RESULT", help="A `jembatan.result/1` file.")
    ] = None,
    round_id: Annotated[
        str | None, typer.Option("--round", metavar="ID", help="A round, from `matching.public` alone.")
    ] = None,
    chains: Annotated[
        Path | None,
        typer.Option(
            "--chains", envvar="JEMBATAN_CHAINS", metavar="FILE", help="Chains of beacons besides quicknet."
        ),
    ] = None,
    kafka: Kafka = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Check whether a result is the right one for its market, computing all of it anew.

    Two files are checked with no server. With `--round` a round is checked from what was made public of it:
    that no fact or part is missing or changed, that the lottery was drawn from the secrets or the beacon that
    had to draw it, then the result.

    Snapshot, tickets, matches, reasons, cut-offs and digest come from the plain reference;
    then the matches are searched for anyone who would have a right to object.

    Exit code 1: it is not the right one, and the first difference is said; 2: a file is wrong.

    Examples: `jembatan verify market.json result.json` · `jembatan verify --round kp2mi-2025-1 --json`
    """
    if round_id is not None and market is None and result is None:
        from cli import places
        from cli.verify_round import verify as verify_public

        raise typer.Exit(verify_public(places.kafka(kafka, folder), round_id, chains, as_json=as_json))
    if round_id is not None or market is None or result is None:
        raise Failed(Exit.BAD_INPUT, "Name a market file and a result file, or a round with --round ID.")
    from cli.verify import verify_files

    raise typer.Exit(verify_files(market, result, as_json))


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

    Examples: `jembatan explain reg-h-0017 --language id` · `jembatan explain nb-hospitals-rn-1 --json`
    """
    from cli import places
    from cli.explain.command import Asked, explain
    from cli.explain.wording import tongue

    asked = Asked(id, round_id, vacancy, tongue(language), as_json)
    asyncio.run(explain(places.kafka(kafka, folder), places.postgres(postgres, folder), asked))
