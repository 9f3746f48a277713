"""How a failure ends a command: an exit code, and sentences that say what to do."""

from __future__ import annotations

from cli.exits import Exit, Failed


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
    if isinstance(error, TimeoutError | ConnectionError):
        return Failed(Exit.UNREACHABLE, f"A server does not answer ({type(error).__name__}: {error}).")
    if isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError):
        return Failed(Exit.UNREACHABLE, f"PostgreSQL does not do it ({type(error).__name__}: {error}).")
    return None
