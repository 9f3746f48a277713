"""One size of market: the compiled match and the plain heap in turn, from arrays or lists to three tables."""

from __future__ import annotations

import gc
import json
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from time import process_time
from typing import Any

from benchmarks import heap, markets

LARGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Grown:
    """Processor seconds of each run; of the first call with its import; MiB at most, before the heap ran."""

    people: int
    vacancies: int
    requests: int
    ours: list[float]
    heap: list[float]
    first: float
    memory: int

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Grown:
        return cls(**json.loads(text))


def run(people: int, vacancies: int, rounds: int) -> Grown:
    """Measure one size; the plain heap runs once for a million candidates. Fails if the results differ."""
    market = markets.arrays(people, vacancies)
    started = process_time()
    from services.matching.mechanism.fast.solving import solve

    found = solve(market)
    first, memory = process_time() - started, _peak()
    given = heap.lists(market)
    if heap.solve(given) != heap.tables(found):
        raise SystemExit(f"{people} x {vacancies}: the results differ")
    requests = len(found.passed) + int((found.got >= 0).sum())
    ours, plain = [], []
    for number in range(rounds):
        ours.append(timed(solve, market))
        if number == 0 or people < LARGE:
            plain.append(timed(heap.solve, given))
    return Grown(people, vacancies, requests, ours, plain, first, memory)


def timed(function: Callable[[Any], object], argument: object) -> float:
    """Processor seconds of one call, without the collector's, which would look at all that is kept."""
    gc.collect()
    gc.disable()
    started = process_time()
    function(argument)
    took = process_time() - started
    gc.enable()
    return took


def _peak() -> int:
    # Kilobytes on Linux, bytes on macOS.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (
        2**20 if sys.platform == "darwin" else 2**10
    )
