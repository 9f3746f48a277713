"""Panel Set up: `topics`, `migrate`, `secrets`, `server-config`, `contracts`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from cli.exits import Exit, Failed
from cli.options import HERE, AsJson, Folder, Kafka, Postgres
from cli.output import complain, put_json, put_line

PANEL = "Set up"
T = TypeVar("T")
contracts = typer.Typer(invoke_without_command=True)


class Time(StrEnum):
    """Whose time counts."""

    BROKER = "broker"
    SIMULATED = "simulated"


def add(app: typer.Typer) -> None:
    """Add this panel's commands."""
    for command in (topics, migrate, secrets, server_config):
        app.command(command.__name__.replace("_", "-"), rich_help_panel=PANEL)(command)
    app.add_typer(contracts, name="contracts", rich_help_panel=PANEL)


def topics(
    create: Annotated[bool, typer.Option("--create", help="Make the topics that are missing.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if a topic is missing or differs.")] = False,
    installation: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="As deploy/topology.toml names it; else `embedded` if that runs here, or `compose`.",
        ),
    ] = None,
    time: Annotated[Time, typer.Option(help="Whose time counts.", envvar="JEMBATAN_TIME")] = Time.BROKER,
    reporters: Annotated[
        Path | None,
        typer.Option(metavar="FILE", envvar="JEMBATAN_REPORTERS", help="For reporters' own topics."),
    ] = None,
    kafka: Kafka = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """List the topics that an installation should have, make those that are missing, or check them.

    Examples: `jembatan topics` · `jembatan topics --create --kafka kafka:9092` · `jembatan topics --check`
    """
    from cli import places
    from cli import topics as work

    wanted = work.wanted(installation or places.installation(kafka, folder), time.value, reporters)
    if not create and not check:
        work.show(wanted, as_json=as_json)
        return
    address = places.kafka(kafka, folder)
    raise typer.Exit(asyncio.run(work.apply(address, wanted, create=create, check=check, as_json=as_json)))


def migrate(
    services: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SERVICE…]", help="partners, vacancies, matching; else all."),
    ] = None,
    roles: Annotated[
        bool,
        typer.Option(
            "--roles",
            help="First make roles and schemas; passwords by `JEMBATAN_PASSWORD_PARTNERS` … or `…_FILE`.",
        ),
    ] = False,
    postgres: Postgres = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Bring the services' schemas in PostgreSQL up to date. Needs a superuser's or the owners' rights.

    Example: `jembatan migrate --roles --postgres postgresql://postgres:…@db/jembatan`
    """
    from cli import places, selection
    from cli.migrate import run

    chosen = selection.services(services)
    asyncio.run(run(places.postgres(postgres, folder), chosen, with_roles=roles, as_json=as_json))


def secrets(
    where: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Where they are kept; else deploy/secrets.")
    ] = None,
    rotate: Annotated[
        str | None,
        typer.Option(
            "--rotate", metavar="NAME", help="Give this role another password, in PostgreSQL and its file."
        ),
    ] = None,
    postgres: Annotated[
        str | None,
        typer.Option(
            "--postgres", envvar="JEMBATAN_POSTGRES", metavar="URL", help="PostgreSQL; needed with --rotate."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the passwords and keys of an installation, a file each. What is there stays.

    Examples: `jembatan secrets` · `jembatan secrets --rotate partners_password --postgres postgresql://db/jembatan`
    """
    from cli import secrets_files as work

    folder = where or work.default_folder()
    if rotate:
        if not postgres:
            raise Failed(Exit.BAD_INPUT, "Say where PostgreSQL is: --postgres or JEMBATAN_POSTGRES.")
        work.rotate(folder, rotate, postgres)
        put_json({"rotated": rotate}) if as_json else put_line(f"{rotate}: rotated; start its users again.")
        return
    made = work.make(folder)
    if as_json:
        put_json({"folder": str(folder), "made": [name for name, is_new in made.items() if is_new]})
    else:
        put_line("\n".join(f"{name}: {'made' if is_new else 'is there'}" for name, is_new in made.items()))


def server_config(
    write: Annotated[
        bool, typer.Option("--write", help="Write them below deploy/ (inside a checkout).")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if one differs.")] = False,
) -> None:
    """Write or check the configuration files of the containers' Kafka and PostgreSQL, made of the topology.

    Example: `jembatan server-config --check`
    """
    from cli import server_config as work

    if write == check:
        raise Failed(Exit.BAD_INPUT, "Say --write or --check.")
    if write:
        put_line("\n".join(f"wrote {name}" for name in work.write()) or "Nothing differs.")
        return
    faults = [
        f"deploy/{name} differs; `jembatan server-config --write` writes it." for name in work.differing()
    ]
    complain(faults)
    raise typer.Exit(Exit.NO if faults else Exit.OK)


@contracts.callback()
def contracts_files(
    context: typer.Context,
    write: Annotated[bool, typer.Option("--write", help="Write what differs (inside a checkout).")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 if a committed file differs.")] = False,
    breaking: Annotated[
        bool, typer.Option("--breaking", help="With --write: write also what breaks readers.")
    ] = False,
) -> None:
    """Write or check AsyncAPI document, JSON Schemas and topic reference; `contracts example TYPE`.

    Examples: `jembatan contracts --check` · `jembatan contracts example job_order.submitted`
    """
    if context.invoked_subcommand is not None:
        return
    from cli import contracts as work

    if write:
        changed = _or_failed(lambda: work.write(breaking=breaking))
        put_line("\n".join(f"wrote {path}" for path in changed) or "Nothing differs.")
    elif check:
        faults = [*work.check(), *work.broken()]
        complain(faults)
        raise typer.Exit(Exit.NO if faults else Exit.OK)
    else:
        raise Failed(Exit.BAD_INPUT, "Say --write or --check, or name an event: `contracts example TYPE`.")


@contracts.command("example")
def contracts_example(
    name: Annotated[str, typer.Argument(metavar="TYPE", help="Event name or CloudEvents type.")],
) -> None:
    """Print a complete valid example of an event, as one line of JSON.

    Example: `jembatan contracts example job_order.submitted > order.jsonl`
    """
    from cli import contracts as work

    put_line(_or_failed(lambda: work.example_line(name)))


def _or_failed(work: Callable[[], T]) -> T:
    from cli.contracts import ContractsError

    try:
        return work()
    except ContractsError as error:
        raise Failed(Exit.BAD_INPUT, str(error)) from error
