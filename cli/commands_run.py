"""Panel Run: `demo`, `up`, `down`, `service`, and the commands of `commands_examine`."""

from __future__ import annotations

from enum import StrEnum
from inspect import getdoc
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import settings
from cli.commands_examine import doctor, recover, replay, status
from cli.options import HERE, AsJson, Folder, Kafka, Postgres
from cli.output import put_line, say

PANEL = "Run"


def _port(server: str) -> Any:  # noqa: ANN401
    about = f"{server}'s port; unless given a free one is taken, and kept for later starts."
    return typer.Option(min=1, max=65535, help=about)


KafkaPort = Annotated[int | None, _port("Kafka")]
PostgresPort = Annotated[int | None, _port("PostgreSQL")]


class Time(StrEnum):
    """Whose time counts."""

    BROKER = "broker"
    SIMULATED = "simulated"


def add(app: typer.Typer) -> None:
    """Add this panel's commands."""
    for command in (demo, up, down, status, doctor, replay, recover):
        app.command(command.__name__, rich_help_panel=PANEL)(command)
    help_text = f"{getdoc(service)}\n\n{settings.told()}"
    app.command("service", rich_help_panel=PANEL, help=help_text)(service)


def demo(
    example: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="An example; else examples/new-brunswick.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything up afterwards, to look at.")] = False,
    running: Annotated[
        bool,
        typer.Option(
            "--running",
            help="Play on a platform that runs already, named by --kafka and --postgres; it must keep "
            "simulated time and have no facts yet.",
        ),
    ] = False,
    kafka: Kafka = None,
    postgres: Postgres = None,
    folder: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Play an example through a real Kafka and PostgreSQL, and tell the story as it happens.

    Examples: `jembatan demo` · `jembatan demo examples/new-brunswick --keep`
    """
    from cli.demo import demo as play
    from cli.demo import play_on

    if running:
        from cli import places

        named = places.kafka(kafka, folder), places.postgres(postgres, folder)
        raise typer.Exit(play_on(*named, example, as_json=as_json))
    raise typer.Exit(play(example, folder=folder, keep=keep, as_json=as_json))


def up(
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return when all is ready; `down` stops it.")
    ] = False,
    folder: Folder = HERE,
    time: Annotated[
        Time, typer.Option(help="Whose time counts; simulated is for examples and tests.")
    ] = Time.BROKER,
    reporters: Annotated[Path, typer.Option(metavar="FILE", help="Who may report what.")] = Path(
        "reporters.toml"
    ),
    programmes: Annotated[Path, typer.Option(metavar="DIR", help="Programmes and schemes.")] = Path(
        "programmes"
    ),
    workers: Annotated[int, typer.Option(min=1, max=32, help="Processes of each service.")] = 1,
    kafka_port: KafkaPort = None,
    postgres_port: PostgresPort = None,
) -> None:
    """Run everything on this machine: Kafka, PostgreSQL and the services. No Docker, no Java needed.

    A service that ends is started again. Addresses are in `.jembatan/runtime.json`.

    Examples: `jembatan up` · `jembatan up --detach --time simulated`
    """
    from cli.embedded.supervisor import Options
    from cli.embedded.supervisor import up as start

    options = Options(
        time=time.value,
        reporters=reporters,
        programmes=programmes,
        workers=workers,
        kafka_port=kafka_port,
        postgres_port=postgres_port,
    )
    start(folder, options, detach=detach, say=say)


def down(folder: Folder = HERE) -> None:
    """Stop what `up` started here, also what a crash left.

    Example: `jembatan down`
    """
    from cli.embedded.supervisor import down as stop

    put_line("Stopped." if stop(folder, say=say) else f"Nothing runs in {folder}.")


def service(
    name: Annotated[str, typer.Argument(help="partners, vacancies or matching.", metavar="NAME")],
) -> None:
    """Run one service against the Kafka and PostgreSQL of its settings (JEMBATAN_…).

    It waits until topics and migrations are there, and says what it waits for.

    Example: `JEMBATAN_KAFKA=kafka:9092 JEMBATAN_POSTGRES=postgresql://… jembatan service partners`
    """
    from cli.service import run

    run(name)
