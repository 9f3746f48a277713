"""Runs the command in this process, as a shell would see it."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

from cli.main import app, ended


@dataclass(frozen=True)
class Ran:
    """A command's exit code and what it wrote."""

    code: int
    out: str
    err: str


def jembatan(*arguments: str) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = ended(lambda: app([*arguments], prog_name="jembatan"))
    return Ran(int(code), out.getvalue(), err.getvalue())
