"""Makes PostgreSQL's data folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from cli.embedded.errors import EmbeddedError
from cli.embedded.processes import Account

SUPERUSER = "postgres"
# For another account: it may not be let through the folders above, but its working folder it can always use.
WORKING_FOLDER = "/proc/self/cwd"
_OPTIONS = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=scram-sha-256",
    f"--username={SUPERUSER}",
    "--pwfile=/dev/stdin",
    "--no-instructions",
)


def environment() -> dict[str, str]:
    """This process's, without settings meant for another PostgreSQL."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LD_", "LC_", "LANG"))} | {
        "LC_ALL": "C"
    }


def place(data: Path, who: Account | None) -> str:
    """The data folder as PostgreSQL is told it, when started inside it."""
    return WORKING_FOLDER if who else str(data)


def make(data: Path, programs: Path, password: str, who: Account | None) -> None:
    """Makes `data` at once, or not at all: what an interrupted try left is never taken for a database."""
    draft = data.with_name(f"{data.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if who:
        os.chown(draft, who.uid, who.gid)
    with tempfile.TemporaryFile() as secret:
        _give(secret, password, who)
        done = _run(
            [str(programs / "bin" / "initdb"), "-D", place(draft, who), *_OPTIONS], draft, secret, who
        )
    if done.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise EmbeddedError(_refused(done.stderr, data))
    draft.rename(data)


def _give(secret: IO[bytes], password: str, who: Account | None) -> None:
    secret.write(password.encode())
    secret.flush()
    secret.seek(0)
    if who:
        # initdb opens /dev/stdin anew, by its own rights.
        os.fchown(secret.fileno(), who.uid, who.gid)


def _run(
    program: list[str], folder: Path, secret: IO[bytes], who: Account | None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        program,
        stdin=secret,
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        user=who.uid if who else None,
        group=who.gid if who else None,
        extra_groups=[] if who else None,
    )


def _refused(words: str, data: Path) -> str:
    if "No space left" in words:
        return f"The disk under {data.parent} is full; make room, or choose another folder."
    return f"PostgreSQL could not make its data folder: {' '.join(words.split())[-300:]}"
