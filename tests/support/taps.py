"""What a proxy must know of PostgreSQL's and Kafka's protocols to hit one moment: a COMMIT, a request."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.proxy import Tap, Verdict

SSL_REQUEST = 80877103
PRODUCE = 0
Chooses = Callable[[], Verdict]


class Commits(Tap):
    """Chooses what becomes of each COMMIT of a transaction that has put rows into the outbox.

    PostgreSQL: Frontend/Backend Protocol 3.0, "Message Formats": Parse, Bind, Query.
    """

    def __init__(self, choose: Chooses) -> None:
        self._choose = choose
        self._waiting = b""
        self._started = False
        self._statements: dict[bytes, bytes] = {}
        self._wrote = False

    def asked(self, data: bytes) -> list[tuple[bytes, Verdict]]:
        self._waiting += data
        return [(message, self._verdict(message)) for message in self._messages()]

    def _messages(self) -> list[bytes]:
        found = []
        while (size := self._size()) and len(self._waiting) >= size:
            found.append(self._waiting[:size])
            self._waiting = self._waiting[size:]
            self._started = self._started or struct.unpack_from(">I", found[-1], 4)[0] != SSL_REQUEST
        return found

    def _size(self) -> int:
        start = int(self._started)
        if len(self._waiting) < start + 4:
            return 0
        return start + int(struct.unpack_from(">I", self._waiting, start)[0])

    def _verdict(self, message: bytes) -> Verdict:
        kind, rest = message[:1], message[5:]
        if kind == b"P":
            name, sql = rest.split(b"\0")[:2]
            self._statements[name] = sql
        elif kind == b"B":
            statement = rest.split(b"\0")[1]
            self._wrote = self._wrote or b"INTO outbox" in self._statements.get(statement, b"")
        elif kind == b"Q" and rest.startswith((b"COMMIT", b"ROLLBACK")):
            wrote, self._wrote = self._wrote, False
            return self._choose() if wrote and rest.startswith(b"COMMIT") else Verdict.PASS
        return Verdict.PASS


class Requests(Tap):
    """Chooses what becomes of each produce request to a topic. Kafka protocol: a size, then the API's key."""

    def __init__(self, topic: str, choose: Chooses) -> None:
        self._topic = topic.encode()
        self._choose = choose
        self._waiting = b""

    def asked(self, data: bytes) -> list[tuple[bytes, Verdict]]:
        self._waiting += data
        found = []
        while len(self._waiting) >= 4:
            size = 4 + int(struct.unpack_from(">I", self._waiting)[0])
            if len(self._waiting) < size:
                break
            request, self._waiting = self._waiting[:size], self._waiting[size:]
            found.append((request, self._verdict(request)))
        return found

    def _verdict(self, request: bytes) -> Verdict:
        ours = struct.unpack_from(">h", request, 4)[0] == PRODUCE and self._topic in request
        return self._choose() if ours else Verdict.PASS


@dataclass(frozen=True)
class Answer:
    """What a broker said of a produce request: the partition, its error code, the first offset."""

    partition: int
    error: int
    offset: int


def answer(response: bytes) -> Answer:
    """Read a response of Produce v3 to v8 with one topic and one partition, after size and correlation id."""
    (length,) = struct.unpack_from(">h", response, 12)
    return Answer(*struct.unpack_from(">ihq", response, 14 + length + 4))


def sometimes(seed: int, most: int, *among: Verdict) -> Chooses:
    """Chooses one of `among` by chance, now and then, in all at most `most` times."""
    chance, left = random.Random(seed), [most]

    def choose() -> Verdict:
        if left[0] <= 0 or chance.random() < 0.6:
            return Verdict.PASS
        left[0] -= 1
        return chance.choice(among)

    return choose
