"""Which platform a command speaks to: named by options or settings, else the one that runs in this folder."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.exits import Exit, Failed

RUNTIME = "runtime.json"


@dataclass(frozen=True, slots=True)
class Runtime:
    """What `jembatan up` says of the platform that it runs."""

    kafka: str
    postgres: str
    processes: dict[str, list[int]] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)


def runtime(folder: Path) -> Runtime | None:
    """What runs in `folder`, as its `runtime.json` has it; None if there is none."""
    try:
        found: Any = json.loads((folder / RUNTIME).read_text("utf-8"))
        return Runtime(
            found["kafka"], found["postgres"], dict(found.get("processes", {})), dict(found.get("urls", {}))
        )
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failed(
            Exit.BAD_INPUT,
            f"{folder / RUNTIME} cannot be read ({error!r}); `jembatan down` and `up` renew it.",
        ) from error


def kafka(named: str | None, folder: Path) -> str:
    """Kafka's address; Failed if none is named and nothing runs in `folder`."""
    here = None if named else runtime(folder)
    return named or (here.kafka if here else _nothing(folder, "--kafka", "JEMBATAN_KAFKA"))


def postgres(named: str | None, folder: Path) -> str:
    """PostgreSQL's URL; Failed if none is named and nothing runs in `folder`."""
    here = None if named else runtime(folder)
    return named or (here.postgres if here else _nothing(folder, "--postgres", "JEMBATAN_POSTGRES"))


def _nothing(folder: Path, option: str, variable: str) -> str:
    raise Failed(
        Exit.UNREACHABLE,
        f"Nothing runs in {folder}; start it with `jembatan up`, or name one with {option} or {variable}.",
    )
