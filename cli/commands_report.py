"""Panel Report: `report`."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.options import HERE, AsJson, Folder, Kafka

PANEL = "Report"


def add(app: typer.Typer) -> None:
    """Add this panel's commands."""
    app.command("report", rich_help_panel=PANEL)(report)


def report(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="JSON lines, each a CloudEvents report; `-` is stdin."),
    ],
    check: Annotated[bool, typer.Option("--check", help="Only check; nothing is sent.")] = False,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait",
            help="Show what each report became; exit 1 if any was refused, 4 if one has no answer yet.",
        ),
    ] = False,
    one_by_one: Annotated[
        bool, typer.Option("--one-by-one", help="Send each report when the one before is answered.")
    ] = False,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for the answers.")] = 30.0,
    own_topic: Annotated[
        str | None,
        typer.Option(
            "--own-topic", metavar="CODE", help="Send to `<service>.reports.CODE`, one's own topics."
        ),
    ] = None,
    tick: Annotated[
        str | None,
        typer.Option(
            "--tick", metavar="WHEN", help="In simulated time: afterwards move time on to this instant."
        ),
    ] = None,
    kafka: Kafka = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Send reports from files, or only check them.

    If a line has a fault nothing is sent, and every fault is named as `file:line: pointer: sentence`.
    Reports about one subject are decided in their order; others may be decided in any, unless sent
    `--one-by-one`, as is needed when a partnership is proposed and then opened.

    A complete example of any report: `jembatan contracts example job_order.submitted`.

    Examples: `jembatan report orders.jsonl --check` · `jembatan report orders.jsonl --wait` ·
    `cat orders.jsonl | jembatan report - --json`
    """
    from cli import places
    from cli.report import Sending, checked, deliver
    from cli.selection import required_instant

    at = required_instant(tick, datetime.now(UTC)) if tick else None
    lines = checked(files)
    if check:
        from cli.output import put_json, put_line

        put_json({"reports": len(lines)}) if as_json else put_line(f"{len(lines)} reports, no fault.")
        return
    patience = timeout if wait or one_by_one else None
    how = Sending(places.kafka(kafka, folder), own_topic, patience, one_by_one, at, as_json)
    raise typer.Exit(asyncio.run(deliver(lines, how)))
