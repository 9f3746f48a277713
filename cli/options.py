"""Options that several commands share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import Exit, Failed

PASSWORD_FILE = "JEMBATAN_POSTGRES_PASSWORD_FILE"  # noqa: S105


def _with_password(url: str | None) -> str | None:
    """The URL, with the password that a file holds if the environment names one."""
    file = os.environ.get(PASSWORD_FILE)
    if not (url and file):
        return url
    from jembatan.engine.dsn import secret_in, with_password

    try:
        return with_password(url, secret_in(Path(file)))
    except ValueError as error:
        raise Failed(Exit.BAD_INPUT, f"{PASSWORD_FILE}: {error}.") from error


Kafka = Annotated[
    str | None,
    typer.Option(
        "--kafka", envvar="JEMBATAN_KAFKA", metavar="HOST:PORT", help="Kafka; else the one running here."
    ),
]
Postgres = Annotated[
    str | None,
    typer.Option(
        "--postgres",
        envvar="JEMBATAN_POSTGRES",
        metavar="URL",
        help="PostgreSQL; else the one running here.",
        show_envvar=True,
        callback=_with_password,
    ),
]
Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where the platform keeps its data.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
Types = Annotated[
    list[str] | None,
    typer.Option(
        "--type", metavar="NAME", help="Event name such as `vacancy.posted`; `*` allowed; repeatable."
    ),
]
RefusedTypes = Annotated[
    list[str] | None,
    typer.Option(
        "--type",
        metavar="NAME",
        help="Report's name such as `job_order.submitted`, or a reason's code; `*` allowed; repeatable.",
    ),
]
Subjects = Annotated[
    list[str] | None, typer.Option("--subject", metavar="ID", help="Subject's id; `*` allowed; repeatable.")
]
Reporter = Annotated[
    str | None,
    typer.Option("--reporter", metavar="SOURCE", help="CloudEvents source of the report it comes from."),
]
Services = Annotated[
    list[str] | None,
    typer.Option("--service", metavar="NAME", help="partners, vacancies, matching; repeatable."),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="WHEN", help="A day, an instant (RFC 3339), or so long ago: `90m`, `2h`, `7d`."
    ),
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="WHEN", help="As --since; that instant included.")
]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")]

HERE = Path(".jembatan")
