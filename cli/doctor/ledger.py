"""Maps too large for memory: in a file that goes with the command."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

CACHE_KIB = 32 * 1024


class Map:
    """From keys to a number and a text."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        # Names of tables are this package's own.
        connection.execute(f"CREATE TABLE {name} (key BLOB PRIMARY KEY, number INT, text TEXT) WITHOUT ROWID")
        self._connection = connection
        self._get = f"SELECT number, text FROM {name} WHERE key = ?"  # noqa: S608
        self._put = f"INSERT OR REPLACE INTO {name} VALUES (?, ?, ?)"  # noqa: S608
        self._drop = f"DELETE FROM {name} WHERE key = ?"  # noqa: S608
        self._all = f"SELECT number, text FROM {name}"  # noqa: S608

    def get(self, key: bytes) -> tuple[int, str] | None:
        found: tuple[int, str] | None = self._connection.execute(self._get, (key,)).fetchone()
        return found

    def put(self, key: bytes, number: int, text: str = "") -> None:
        self._connection.execute(self._put, (key, number, text))

    def pop(self, key: bytes) -> tuple[int, str] | None:
        found = self.get(key)
        if found is not None:
            self._connection.execute(self._drop, (key,))
        return found

    def values(self) -> Iterator[tuple[int, str]]:
        return iter(self._connection.execute(self._all))


class Ledger:
    """A file for maps, only readable by its owner; gone at the end."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="jembatan-doctor-")
        path = Path(self._folder.name) / "maps.sqlite"
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_KIB}"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._folder.cleanup()

    def map(self, name: str) -> Map:
        """A new, empty map."""
        return Map(self._connection, name)


def key(*parts: object) -> bytes:
    """A short key of any number of parts."""
    text = "\0".join(map(str, parts)).encode()
    return hashlib.blake2b(text, digest_size=16).digest()
