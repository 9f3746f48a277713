"""`python -m benchmarks.decoding`: from a record's bytes to a validated report, or to its faults.

*Jembatan* is what the engine calls (`jembatan.contracts.reading.read`), in batches as large as the engine's.
*pydantic, the contract's models* validates the same models event by event, and asks each error for its
faults; *plain models* are those that the peers use. Processor seconds of one process, whose
collector is set as a service's is; sides take turns.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter, ValidationError, create_model

from benchmarks.harness.backlog import HEADERS
from benchmarks.harness.corpus import corpus, write
from benchmarks.harness.programs import python_of
from benchmarks.harness.results import Results, keep, machine
from benchmarks.peers import work
from benchmarks.report import ratios, rows, spread
from jembatan.contracts.envelope import ReportEnvelope
from jembatan.contracts.events import language
from jembatan.contracts.reading import Read, read
from jembatan.contracts.registry import REPORTS
from jembatan.engine.collecting import spare_the_collector
from jembatan.engine.records import Record
from tests.support.platform import ROOT

SHARES = (0.0, 0.01, 0.05)
BATCH = 500
TITLES = {
    "ours": "Jembatan",
    "contract": "pydantic, the contract's models, event by event",
    "plain": "pydantic, plain models, event by event",
    "msgspec": "msgspec, first fault only",
}
Decode = Callable[[Sequence[bytes]], int]
"""Decodes events; gives how many are good."""


def main() -> None:
    """Run the rounds, print the table, keep the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decoding", description=__doc__)
    parser.add_argument("--events", type=int, default=50_000, help="of each share of bad ones")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    print(machine(), flush=True)
    results = run(chosen.events, chosen.rounds)
    print(table(results))


def run(events: int, rounds: int) -> Results:
    """All rounds; microseconds an event. Fails if the sides do not agree on how many are good."""
    runs: dict[str, list[float]] = {}
    corpora = {share: corpus(events, share) for share in SHARES}
    with tempfile.TemporaryDirectory() as folder:
        sides = {**_sides(), "msgspec": _msgspec(Path(folder))}
        for side in sides.values():
            side(corpora[SHARES[-1]][:BATCH])
        spare_the_collector()
        for number in range(rounds):
            order = list(sides)[number % len(sides) :] + list(sides)[: number % len(sides)]
            for share, values in corpora.items():
                for name in order:
                    seconds, good = sides[name](values)
                    if good != events - round(events * share):
                        raise SystemExit(f"{name}: {good} of {events} are good, of which {share:.0%} are bad")
                    runs.setdefault(f"{name} {share:.0%}", []).append(seconds / events * 1e6)
            settings = {"events of each share": events, "rounds": number + 1}
            results = keep(Results("decoding", settings, runs))
    return results


def _sides() -> dict[str, Callable[[Sequence[bytes]], tuple[float, int]]]:
    contract, plain = TypeAdapter(_contract()), TypeAdapter(work.Report)
    return {
        "ours": _timed(_ours, _records),
        "contract": _timed(lambda values: _one_by_one(contract, values), list),
        "plain": _timed(lambda values: _one_by_one(plain, values), list),
    }


def _contract() -> type[BaseModel]:
    event = REPORTS["candidate.registered"]
    fields: dict[str, Any] = {"type": (Literal[event.type], ...), "data": (event.model, ...)}
    return create_model("Contract", __base__=ReportEnvelope, **fields)


def _timed(
    decode: Callable[[Any], int], prepare: Callable[[Sequence[bytes]], Any]
) -> Callable[[Sequence[bytes]], tuple[float, int]]:
    def run_once(values: Sequence[bytes]) -> tuple[float, int]:
        given = prepare(values)
        gc.collect()
        started = process_time()
        good = decode(given)
        return process_time() - started, good

    return run_once


def _records(values: Sequence[bytes]) -> list[Record]:
    headers = tuple(
        (name, bytes(str(value), "utf-8") if isinstance(value, str) else value) for name, value in HEADERS
    )
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return [Record("matching.reports", 0, n, at, None, value, headers) for n, value in enumerate(values)]


def _ours(records: Sequence[Record]) -> int:
    spoken, good = language(), 0
    for start in range(0, len(records), BATCH):
        good += sum(isinstance(one, Read) for one in read(records[start : start + BATCH], spoken))
    return good


def _one_by_one(adapter: TypeAdapter[Any], values: Sequence[bytes]) -> int:
    good = 0
    for value in values:
        try:
            adapter.validate_json(value, strict=True)
            good += 1
        except ValidationError as error:
            error.errors()
    return good


def _msgspec(folder: Path) -> Callable[[Sequence[bytes]], tuple[float, int]]:
    python = python_of("msgspec")

    def run_once(values: Sequence[bytes]) -> tuple[float, int]:
        write(folder / "reports", values)
        command = [str(python), "-m", "benchmarks.peers.msgspec.decode", str(folder / "reports"), "1"]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout)
        return found["seconds"][0], found["good"]

    return run_once


def table(results: Results) -> str:
    """A row a side and share: microseconds an event, ours by it, and by the same side without bad ones."""
    lines = []
    for share in (f"{one:.0%}" for one in SHARES):
        for name, title in TITLES.items():
            times = results.runs[f"{name} {share}"]
            by = spread(ratios(results.runs[f"ours {share}"], times), ".2f")
            bad = spread(ratios(times, results.runs[f"{name} 0%"]), ".2f")
            lines.append([share, title, spread(times, ".1f"), by, bad])
    return rows(["bad", "decode and validate", "µs an event", "Jembatan by it", "by its own 0 %"], lines)


if __name__ == "__main__":
    main()
