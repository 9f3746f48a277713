"""How a failure ends a command: an exit code, and sentences that say what to do."""

from __future__ import annotations

import socket
import traceback

from cli.exits import Exit, Failed

NAMED = "It is named by --postgres or JEMBATAN_POSTGRES, else by what runs in --folder."


def explain(error: Exception) -> Failed | None:
    """What an error means for the person at the command line; None if it is a mistake of our own."""
    # Imported only now: a command that works need not wait for them.
    import asyncpg

    from cli.embedded.errors import EmbeddedError
    from jembatan.client.errors import ClientError, NotSent
    from jembatan.topology import TopologyError

    if isinstance(error, NotSent):
        return Failed(Exit.NO_ANSWER, str(error))
    if isinstance(error, ClientError):
        return Failed(Exit.UNREACHABLE, str(error), "Is the platform running? `jembatan status` tells.")
    if isinstance(error, EmbeddedError):
        return Failed(Exit.NO, str(error))
    if isinstance(error, TopologyError):
        return Failed(Exit.BAD_INPUT, str(error))
    what = f"({type(error).__name__}: {error})"
    if isinstance(error, TimeoutError | ConnectionError | socket.gaierror):
        if _of_postgres(error):
            return Failed(Exit.UNREACHABLE, f"PostgreSQL does not answer {what}.", NAMED)
        return Failed(Exit.UNREACHABLE, f"A server does not answer {what}.")
    if isinstance(error, asyncpg.ClientConfigurationError):
        return Failed(Exit.BAD_INPUT, f"This is no address of PostgreSQL {what}.", NAMED)
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return Failed(Exit.UNREACHABLE, f"PostgreSQL refused it {what}; may the role do that?")
    if isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError):
        return Failed(Exit.UNREACHABLE, f"PostgreSQL does not do it {what}.")
    return None


def _of_postgres(error: BaseException) -> bool:
    """Whether asyncpg raised it: an error of a socket does not say whose it was."""
    frames = traceback.walk_tb(error.__traceback__)
    return any(frame.f_globals.get("__name__", "").startswith("asyncpg.") for frame, _ in frames)
