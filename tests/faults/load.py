"""A load of reports from a client that is not ours, and the record of what was acknowledged."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Mapping
from itertools import count
from time import sleep
from typing import Any, Self

import pycountry

from jembatan.contracts import events  # noqa: F401  (declares them)
from jembatan.contracts.examples import example_data
from jembatan.contracts.registry import REPORTS
from tests.support.kafka import Reports

SOURCE = "urn:jembatan:reporter:test"
SCHEMES = ("G2G", "P2P", "G2P", "UKPS")
Report = tuple[str, str, str, Mapping[str, Any]]
"""A service, a report's name, its subject and data."""


def partnerships(numbers: Iterator[int]) -> Iterator[Report]:
    """Proposals of partnerships, each of a key of its own."""
    places = sorted(place.code for place in pycountry.subdivisions)
    plain = example_data(REPORTS["partnership.proposed"])
    for number in numbers:
        place, scheme = places[number % len(places)], SCHEMES[number // len(places) % len(SCHEMES)]
        key = {"origin": "ID", "jurisdiction": place, "sector": "ISIC4-Q", "scheme": scheme}
        yield "partners", "partnership.proposed", ":".join(key.values()), plain | key


def job_orders(numbers: Iterator[int]) -> Iterator[Report]:
    """Job orders under a partnership that never comes: each is pending."""
    plain = example_data(REPORTS["job_order.submitted"]) | {"closes_on": "2099-12-31T00:00:00Z"}
    for number in numbers:
        yield "vacancies", "job_order.submitted", f"test-v{number}", plain


def candidates(numbers: Iterator[int]) -> Iterator[Report]:
    """Registrations of candidates."""
    plain = example_data(REPORTS["candidate.registered"])
    for number in numbers:
        yield "matching", "candidate.registered", f"test-c{number}", plain


class Background:
    """Reports in a thread of its own, from `with` until its end, when all that was sent is waited for."""

    def __init__(self, reports: Reports, each_second: float) -> None:
        self.reports = reports
        self._pause = 1 / each_second
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)
        self.reports.flush(90)

    def _run(self) -> None:
        for number in count():
            if self._stop.is_set():
                return
            self._turn(number)
            sleep(self._pause)

    def _turn(self, number: int) -> None:
        """What is sent each time, from number 0 on."""
        raise NotImplementedError


class Load(Background):
    """Sends reports of all three services in the background, some of them twice, until it is stopped."""

    def __init__(self, kafka: str, start: int, seed: int, each_second: float = 60.0) -> None:
        super().__init__(Reports(kafka, SOURCE), each_second)
        self.sent: dict[str, str] = {}
        self._random = random.Random(seed)
        self._sources = [kind(count(start)) for kind in (partnerships, job_orders, candidates)]

    def _turn(self, number: int) -> None:
        for source in self._sources:
            self._send(*next(source))

    def _send(self, service: str, name: str, subject: str, data: Mapping[str, Any]) -> None:
        identity = f"load-{self._random.getrandbits(64):016x}"
        self.sent[identity] = service
        for _ in range(2 if self._random.random() < 0.05 else 1):
            mode = self._random.choice(("structured", "binary"))
            self.reports.send(
                name, subject, data, service=service, identity=identity, mode=mode, key=subject.encode()
            )
