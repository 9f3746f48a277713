"""A load of reports for the toy, and the record of what was acknowledged."""

from __future__ import annotations

import random

from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import REPORTS
from tests.faults.load import Background
from tests.faults.toys import SERVICE, Toys
from tests.support import engines
from tests.support.kafka import Reports

REPORT = "safeguards.published"
GARBAGE = b"no report, "
POISON = b"poison"
"""The key of records that look like reports and can never be decided."""


class ToyLoad(Background):
    """Reports of every kind in the background, one in ten again later, some no reports at all."""

    def __init__(self, running: Toys, seed: int, each_second: float = 40.0, copies: int = 1) -> None:
        super().__init__(Reports(running.kafka, engines.SOURCE), each_second)
        self.sent: set[str] = set()
        self.garbage = 0
        self._copies = copies
        self.recent: list[tuple[str, str]] = []
        self._random = random.Random(seed)
        self._name = f"{seed}-{self._random.getrandbits(32):08x}"
        self._partitions = running.partitions
        self._data = example_data(REPORTS[REPORT])

    def _turn(self, number: int) -> None:
        kind = ("list", "hot", "refuse", "hot", "list", "due", "job", "hot")[number % 8]
        subject = f"hot-{number % 3}" if kind == "hot" else f"{kind}-{self._name}-{number}"
        self.send(subject)
        if self._random.random() < 0.1:
            self.again(*self._random.choice(self.recent[-200:]))
        if number % 10 == 0:
            self.send_garbage()

    def send(self, subject: str) -> None:
        identity = f"load-{self._random.getrandbits(64):016x}"
        self.sent.add(identity)
        if not subject.startswith("bug"):
            # A refusal by our own mistake leaves the id open: sent again it is refused again.
            self.recent.append((subject, identity))
        for copy in range(self._copies):
            self.again(subject, identity, self._random.randrange(self._partitions) if copy else -1)

    def again(self, subject: str, identity: str, partition: int = -1) -> None:
        self.reports.send(
            REPORT, subject, self._data, service=SERVICE, identity=identity, key=subject.encode(),
            partition=partition,
        )  # fmt: skip

    def send_garbage(self) -> None:
        """A record without an id: only the position keeps it from being refused twice."""
        self.garbage += 1
        partition = self._random.randrange(self._partitions)
        value = GARBAGE + f"{self._name} {self.garbage}".encode()
        self.reports.raw(f"{SERVICE}.reports", value, [], identity="", partition=partition)
