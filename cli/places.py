"""Which platform a command speaks to: named by options or settings, else the one that runs in this folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli.exits import Exit, Failed

if TYPE_CHECKING:
    from cli.embedded.runtime import Runtime


def runtime(folder: Path) -> Runtime | None:
    """What runs in `folder`; None if nothing does, also when a crash left its file behind."""
    from cli.embedded.runtime import read_runtime

    return read_runtime(folder)


def kafka(named: str | None, folder: Path) -> str:
    """Kafka's address; Failed if none is named and nothing runs in `folder`."""
    here = None if named else runtime(folder)
    return named or (here.kafka if here else _nothing(folder, "--kafka", "JEMBATAN_KAFKA"))


def postgres(named: str | None, folder: Path) -> str:
    """PostgreSQL's URL; Failed if none is named and nothing runs in `folder`."""
    here = None if named else runtime(folder)
    return named or (here.postgres if here else _nothing(folder, "--postgres", "JEMBATAN_POSTGRES"))


def installation(named: str | None, folder: Path) -> str:
    """Which installation of the topology: the embedded one if it runs in `folder` and no Kafka is named."""
    return "compose" if named or runtime(folder) is None else "embedded"


def _nothing(folder: Path, option: str, variable: str) -> str:
    raise Failed(
        Exit.UNREACHABLE,
        f"Nothing runs in {folder}; start it with `jembatan up`, or name one with {option} or {variable}.",
    )
