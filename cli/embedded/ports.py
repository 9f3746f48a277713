"""Ports on loopback that stay the same from one run to the next."""

from __future__ import annotations

import json
import secrets
import socket
from pathlib import Path

from cli.embedded.errors import EmbeddedError
from cli.embedded.processes import write_atomically

# Below the range from which systems take a connection's own port: there, a client that tries again and again
# while the server is away can connect to itself and keep the port.
_LOWEST, _HIGHEST = 20_000, 32_000
_TRIES = 200


def is_free(port: int) -> bool:
    """True if a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        # As the servers do: else a port looks taken for a minute after its last connection.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
        return True


def choose(folder: Path, name: str, asked: int | None = None) -> int:
    """The port for `name`: the one asked for, else the last one if it is free, else a free one; remembered.

    Raises EmbeddedError if the asked one is taken.
    """
    path = folder / "ports.json"
    known = _read(path)
    if asked is not None and not is_free(asked):
        raise EmbeddedError(f"Port {asked}, asked for {name}, is taken; free it, or ask for another.")
    last = known.get(name)
    others = {port for key, port in known.items() if key != name}
    port = asked or (last if last and is_free(last) else _free(others))
    write_atomically(path, json.dumps(known | {name: port}))
    return port


def _free(taken: set[int]) -> int:
    for _ in range(_TRIES):
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        if port not in taken and is_free(port):
            return port
    raise EmbeddedError(f"No free port found between {_LOWEST} and {_HIGHEST} on 127.0.0.1.")


def _read(path: Path) -> dict[str, int]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, int)} if isinstance(found, dict) else {}
