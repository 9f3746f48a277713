"""Of panel Run, what examines a platform, and mends it: `status`, `doctor`, `replay`, `recover`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from cli.exits import Exit
from cli.options import HERE, AsJson, Folder, Kafka, Postgres


def status(
    wait: Annotated[
        float,
        typer.Option("--wait", metavar="SECONDS", help="Wait so long at most until all is well.", min=0),
    ] = 0,
    kafka: Kafka = None,
    postgres: Postgres = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show how each service gets on: workers, partitions, lag, watermark, what waits to be published.

    `workers` are those in the service's Kafka group, wherever they run. The clock's ticks count in the lag: a
    few a partition with nothing to do. Exit code 0: all is well; 1: something is not; 3: nothing runs.

    Examples: `jembatan status` · `jembatan status --wait 60` · `jembatan status --json`
    """
    from cli.status import look, well
    from cli.status_show import told

    found = asyncio.run(well(lambda: look(kafka, postgres, folder), wait))
    told(found, as_json=as_json)
    raise typer.Exit(Exit.OK if found.is_well else Exit.NO)


def doctor(
    kafka: Kafka = None, postgres: Postgres = None, folder: Folder = HERE, as_json: AsJson = False
) -> None:
    """Check every promise on live data, and say what is broken, where, and what to do.

    The platform may run meanwhile. Needs a role that may read every schema. Exit code 0: all that can be
    checked is kept; 1: something is broken, or the role may not read it; 3: Kafka or PostgreSQL does not
    answer. What is found, and what to do about each kind: docs/doctor.md.

    Examples: `jembatan doctor` · `jembatan doctor --json --kafka kafka:9092 --postgres postgresql://…`
    """
    from cli import places
    from cli.doctor import doctor as examine

    address, database = places.kafka(kafka, folder), places.postgres(postgres, folder)
    raise typer.Exit(asyncio.run(examine(address, database, as_json=as_json)))


def replay(
    name: Annotated[str, typer.Argument(help="partners, vacancies or matching.", metavar="SERVICE")],
    keep: Annotated[bool, typer.Option("--keep", help="Leave the scratch schema, to look at.")] = False,
    kafka: Kafka = None,
    postgres: Postgres = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Fold a service's facts from the topics into a scratch schema, and compare with its live public state.

    Row by row, at flat memory, by the service's own rules; the platform may run meanwhile. What is private
    is not compared, and named. Needs a role that may make schemas. Exit code 0: all rows are as the facts
    say; 1: some are not.

    Examples: `jembatan replay vacancies` · `jembatan replay matching --json --keep`
    """
    from cli import places, selection
    from cli.replay import replay as run

    (chosen,) = selection.services([name])
    address, database = places.kafka(kafka, folder), places.postgres(postgres, folder)
    raise typer.Exit(asyncio.run(run(address, database, chosen, keep=keep, as_json=as_json)))


def recover(
    name: Annotated[str, typer.Argument(help="partners, vacancies or matching.", metavar="SERVICE")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    kafka: Kafka = None,
    postgres: Postgres = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Bring a service's database, restored from a backup, up to its topics (TOPIC_AHEAD).

    What was decided since is decided again in the topics' order, from the reports that are kept, and
    compared fact by fact with what is published; where that differs facts are folded in, and listed with
    what they cannot tell. All of it or nothing. Stop the service first; give its settings, as `jembatan
    service` lists them, and a role that may make schemas and empty tables. Exit code 0: all was decided
    again; 1: something was folded in or is gone, or nothing could be done, each said.

    Examples: `jembatan recover matching --dry-run` · `jembatan recover matching`
    """
    from cli import places, selection
    from cli.recover import recover as run

    (chosen,) = selection.services([name])
    address, database = places.kafka(kafka, folder), places.postgres(postgres, folder)
    raise typer.Exit(asyncio.run(run(address, database, chosen, dry_run=dry_run, as_json=as_json)))
