"""What a round from file to file spends where: reading, snapshot, tickets, match, writing."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from time import process_time
from typing import Any, TypeVar

from benchmarks import markets
from services.matching.market import read, result_json, snapshot
from services.matching.mechanism.fast.names import named, numbered
from services.matching.mechanism.fast.solving import solve
from services.matching.mechanism.order import tickets

Made = TypeVar("Made")


def table(people: int, vacancies: int) -> str:
    """A row a stage, in processor seconds of one run, with the collector off as in `jembatan match`."""
    raw = json.dumps(markets.document(markets.arrays(people, vacancies))).encode()
    solve(markets.arrays(100, 10))
    rows: list[str] = []

    def lap(name: str, function: Callable[..., Made], *arguments: Any) -> Made:  # noqa: ANN401
        started = process_time()
        made = function(*arguments)
        rows.append(f"| {name} | {process_time() - started:.2f} |")
        return made

    gc.disable()
    document = lap(f"JSON text to values ({len(raw) / 1e6:.0f} MB)", json.loads, raw)
    lap("snapshot", snapshot, document)
    del document
    market = lap("read: JSON, every check, snapshot", read, raw)
    drawn = lap("tickets", tickets, market)
    given = lap("names to arrays", numbered, market, drawn)
    found = lap("match, passed over, cut-offs", solve, given.arrays)
    result = lap("arrays to names", named, market, drawn, given, found)
    lap("digest and result file", result_json, result)
    return "\n".join([f"| {people:,} x {vacancies:,}, file to file | seconds |", "|---|---|", *rows])
