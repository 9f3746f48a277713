"""`runtime.json`: what runs in a data folder, for whoever wants to talk to it."""

from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from cli.embedded import processes

NAME = "runtime.json"
SUPERVISOR = "supervisor"


class Runtime(BaseModel):
    """Addresses, process ids and web pages by name; `supervisor` is the process that keeps it true."""

    model_config = ConfigDict(frozen=True)

    kafka: str
    postgres: str
    supervisor: int
    processes: dict[str, list[int]]
    urls: dict[str, str]


def home(folder: Path) -> Path:
    """Where the platform of `folder` lives: a kept demo has a folder of its own, and leaves a link to it."""
    link = folder / NAME
    return link.resolve().parent if link.is_symlink() else folder.resolve()


def read_runtime(folder: Path) -> Runtime | None:
    """What runs in `folder`; None if nothing does, also when a crash left the file behind."""
    folder = home(folder)
    try:
        found = Runtime.model_validate_json((folder / NAME).read_text())
    except (OSError, ValidationError):
        return None
    owner = supervisor(folder)
    return found if owner and owner.pid == found.supervisor else None


def write_runtime(folder: Path, runtime: Runtime) -> None:
    """Replaces the file at once; only its owner can read it, since it holds a password."""
    processes.write_atomically(folder / NAME, runtime.model_dump_json(indent=1), 0o600)


def remove_runtime(folder: Path) -> None:
    (folder / NAME).unlink(missing_ok=True)


def supervisor(folder: Path) -> psutil.Process | None:
    """The process that supervises `folder` now, if there is one."""
    return processes.orphan(_record(folder))


def record_supervisor(folder: Path) -> None:
    """Says that this process supervises `folder`."""
    own = psutil.Process()
    processes.write_record(_record(folder), own.pid, own.cmdline())


def forget_supervisor(folder: Path) -> None:
    _record(folder).unlink(missing_ok=True)


def _record(folder: Path) -> Path:
    return folder / "pids" / f"{SUPERVISOR}.json"
