"""Becomes another program that ends when its starter does. Run as a script, it needs nothing but Python.

Usage: child.py PARENT SIGNAL UID GID PROGRAM [ARGUMENT…]; UID and GID are `-` to stay who one is.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def become(user: str, group: str) -> None:
    if user != "-":
        os.setgroups([])
        os.setgid(int(group))
        os.setuid(int(user))


def end_with(parent: int, signal: int) -> None:
    """Asks Linux for `signal` when the starter dies; elsewhere the next start finds what was left."""
    if sys.platform == "linux":
        # After the change of user, which clears the setting.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(1)


def main(arguments: list[str]) -> None:
    parent, signal, user, group, *program = arguments
    become(user, group)
    end_with(int(parent), int(signal))
    os.execv(program[0], program)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
