"""Panel Read: `facts`, `refusals`, `trace`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.options import (
    HERE,
    AsJson,
    Folder,
    Follow,
    Kafka,
    Postgres,
    RefusedTypes,
    Reporter,
    Services,
    Since,
    Subjects,
    Types,
    Until,
)

PANEL = "Read"
Last = Annotated[int | None, typer.Option("--last", "-n", min=1, help="Only the last so many.")]
refusals = typer.Typer(invoke_without_command=True)


def add(app: typer.Typer) -> None:
    """Add this panel's commands."""
    app.command("facts", rich_help_panel=PANEL)(facts)
    app.add_typer(refusals, name="refusals", rich_help_panel=PANEL)
    app.command("trace", rich_help_panel=PANEL)(trace)


def facts(
    types: Types = None,
    subjects: Subjects = None,
    reporter: Reporter = None,
    services: Services = None,
    since: Since = None,
    until: Until = None,
    last: Last = None,
    follow: Follow = False,
    kafka: Kafka = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """List or follow what was decided: who or what changed, and how.

    Examples: `jembatan facts --type 'vacancy.*' --since 7d` ·
    `jembatan facts --subject 'nb-homes-*' --json` · `jembatan facts --follow`
    """
    from cli import places, selection
    from cli.answers import fact_topics
    from cli.reading import Query, show
    from jembatan.contracts.events import events
    from jembatan.contracts.registry import Kind

    chosen = selection.services(services)
    known = {name for one in events() if one.kind is Kind.FACT for name in (one.name, one.type)}
    wanted = selection.selection(types, subjects, since, until, known=known, now=datetime.now(UTC))
    topics = tuple(fact_topics(chosen))
    query = Query(places.kafka(kafka, folder), topics, wanted, reporter, last, as_json)
    asyncio.run(show(query, follow=follow))


@refusals.callback()
def list_refusals(
    context: typer.Context,
    types: RefusedTypes = None,
    subjects: Subjects = None,
    reporter: Reporter = None,
    services: Services = None,
    since: Since = None,
    until: Until = None,
    last: Last = None,
    follow: Follow = False,
    kafka: Kafka = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """List or follow what was refused, with every reason; `refusals retry ID` reports it anew.

    Examples: `jembatan refusals --since 1d` · `jembatan refusals --type V_WORKER_COST --json`
    """
    if context.invoked_subcommand is not None:
        return
    from cli import places, selection
    from cli.reading import Query, show

    chosen = selection.services(services)
    wanted = selection.selection(types, subjects, since, until, known=None, now=datetime.now(UTC))
    topics = _refusal_topics(chosen)
    query = Query(places.kafka(kafka, folder), topics, wanted, reporter, last, as_json)
    asyncio.run(show(query, follow=follow))


@refusals.command("show")
def show_refusal(
    id: Annotated[str, typer.Argument(metavar="ID", help="The refused report's id, or its refusal's.")],  # noqa: A002
    with_report: Annotated[
        bool, typer.Option("--report", help="Also what was reported; it may hold personal data.")
    ] = False,
    kafka: Kafka = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show a refusal with every reason, where its report lies, and if asked what that says.

    Example: `jembatan refusals show nb-homes-001 --report`
    """
    from cli import places, selection
    from cli.refused import Asked, show

    asked = Asked(_refusal_topics(selection.services(None)), identity=id)
    asyncio.run(show(places.kafka(kafka, folder), asked, with_report=with_report, as_json=as_json))


@refusals.command("retry")
def retry(
    id: Annotated[  # noqa: A002
        str | None, typer.Argument(metavar="ID", help="The refused report's id, or its refusal's.")
    ] = None,
    reporter: Annotated[
        str | None,
        typer.Option("--reporter", metavar="SOURCE", help="CloudEvents source of the refused reports."),
    ] = None,
    reasons: Annotated[
        list[str] | None,
        typer.Option("--reason", metavar="CODE", help="Refused for this, among others; repeatable."),
    ] = None,
    types: RefusedTypes = None,
    subjects: Subjects = None,
    services: Services = None,
    since: Since = None,
    until: Until = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")] = False,
    kafka: Kafka = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Send refused reports again as they were, with new ids, once what was in their way is gone.

    Whoever retries a refusal twice does no harm: its new id is always the same, and is decided once. Exit
    code 1: there is no such refusal, or a report is no longer kept.

    Examples: `jembatan refusals retry nb-homes-001` · `jembatan refusals retry
    --reporter urn:example:gnb-health --reason INSTRUMENT_MISSING`
    """
    from cli import places, selection
    from cli.refused import Asked
    from cli.retry import retry as again
    from cli.retry import unfit

    chosen = selection.services(services)
    wanted = selection.selection(types, subjects, since, until, known=None, now=datetime.now(UTC))
    if not any((id, reporter, reasons, types, subjects, services, since, until)):
        raise unfit()
    asked = Asked(_refusal_topics(chosen), wanted, id, reporter, tuple(reasons or ()))
    address = places.kafka(kafka, folder)
    raise typer.Exit(asyncio.run(again(address, asked, dry_run=dry_run, as_json=as_json)))


def _refusal_topics(services: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{service}.refusals" for service in services)


def trace(
    id: Annotated[  # noqa: A002
        str,
        typer.Argument(metavar="ID", help="Of a report, fact or subject, or topic/partition/offset."),
    ],
    kafka: Kafka = None,
    postgres: Postgres = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show the way of a report or a subject through the services: what led to what, what was refused and why.

    For candidates also why they were not eligible, which only PostgreSQL has.

    Examples: `jembatan trace nb-homes-001` · `jembatan trace ID:CA-NB:ISIC4-Q:G2G:1 --json`
    """
    from cli import places
    from cli.trace import trace as show_way

    address = places.kafka(kafka, folder)
    database = postgres or (None if kafka else places.postgres(None, folder))
    asyncio.run(show_way(address, database, id, as_json=as_json))
