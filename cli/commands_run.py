"""Panel Run: `up`, `down`, `service`, `status`, `demo`."""

from __future__ import annotations

from typing import Annotated

import typer

PANEL = "Run"


def add(app: typer.Typer) -> None:
    """Add this panel's commands."""
    app.command("service", rich_help_panel=PANEL)(service)


def service(
    name: Annotated[str, typer.Argument(help="partners, vacancies or matching.", metavar="NAME")],
) -> None:
    """Run one service against the Kafka and PostgreSQL of its settings (JEMBATAN_…).

    It waits until topics and migrations are there, and says what it waits for.

    Example: `JEMBATAN_KAFKA=kafka:9092 JEMBATAN_POSTGRES=postgresql://… jembatan service partners`
    """
    from cli.service import run

    run(name)
