"""`jembatan secrets`: the passwords and keys of an installation, a file each."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from cli.embedded.processes import write_atomically
from cli.exits import Exit, Failed
from jembatan import topology
from jembatan.engine.dsn import as_role, secret_in
from jembatan.engine.roles import set_password
from jembatan.topology import Topology

SUPERUSER = "postgres"
SUPERUSER_FILE = "postgres_password"
# Containers run under numbers of their own and read these; the folder above lets nobody else in.
FILE_MODE, FOLDER_MODE = 0o444, 0o700
DRAFT = ".next"


def password_files(plan: Topology) -> dict[str, str]:
    """By file name, the role whose password it holds."""
    kinds = {"app": "", "owner": "_owner"}
    own = {f"{role.service}{kinds[role.kind]}_password": role.name for role in topology.roles(plan)}
    return {SUPERUSER_FILE: SUPERUSER} | own


def lengths(plan: Topology) -> dict[str, int]:
    """By file name, how many random bytes it holds, in hex: passwords, and each service's own key."""
    keys = {f"{service.name}_secret": 32 for service in plan.services}
    return dict.fromkeys(password_files(plan), 24) | keys


def make(folder: Path) -> dict[str, bool]:
    """Makes the missing files, never another in place of one that is there; True for what was made."""
    wanted = lengths(topology.load())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(FOLDER_MODE)
        return {name: _made(folder / name, length) for name, length in wanted.items()}
    except OSError as error:
        raise Failed(Exit.BAD_INPUT, f"{folder} cannot be written: {error.strerror}.") from error


def _made(path: Path, length: int) -> bool:
    if path.exists():
        return False
    _write(path, secrets.token_hex(length))
    return True


def _write(path: Path, secret: str) -> None:
    write_atomically(path, secret + "\n", FILE_MODE)
    # What the umask took away, or a file that was there.
    path.chmod(FILE_MODE)


def rotate(folder: Path, name: str, url: str) -> None:
    """Gives a role another password: in PostgreSQL first, then in its file.

    `url`: the platform's database, by the superuser, whose password is in `folder`. What was interrupted
    between the two is taken up where it stopped.
    """
    role = _role_of(name)
    draft = folder / f"{name}{DRAFT}"
    if not draft.exists():
        _write(draft, secrets.token_hex(24))
    fresh = _read(draft)
    candidates = [_read(folder / SUPERUSER_FILE)]
    # Interrupted after the server took the superuser's new one.
    candidates += [fresh] if name == SUPERUSER_FILE else []
    asyncio.run(_set(url, candidates, role, fresh))
    draft.replace(folder / name)


def _role_of(name: str) -> str:
    known: Mapping[str, str] = password_files(topology.load())
    if name in known:
        return known[name]
    if name in lengths(topology.load()):
        raise Failed(
            Exit.BAD_INPUT,
            f"{name} is no password: with it the references of every round so far are made. It stays.",
        )
    raise Failed(Exit.BAD_INPUT, f"There is no password {name!r}; there are {', '.join(known)}.")


def _read(path: Path) -> str:
    try:
        return secret_in(path)
    except ValueError as error:
        raise Failed(Exit.BAD_INPUT, f"{error}.") from error


async def _set(url: str, passwords: list[str], role: str, fresh: str) -> None:
    for number, password in enumerate(passwords, start=1):
        try:
            await set_password(as_role(url, SUPERUSER, password), role, fresh)
        except asyncpg.InvalidPasswordError as error:
            if number == len(passwords):
                raise Failed(
                    Exit.NO, f"PostgreSQL refuses the password in {SUPERUSER_FILE}; put the right one there."
                ) from error
        except asyncpg.UndefinedObjectError as error:
            raise Failed(Exit.NO, f"There is no role {role}; `jembatan migrate --roles` makes it.") from error
        else:
            return


def default_folder() -> Path:
    """Where the containers take them from, in a checkout."""
    return Path(os.environ.get("JEMBATAN_SECRETS", "deploy/secrets"))
