"""The match without caps above vacancies, against the public libraries `matching` and `algmatch`."""

from __future__ import annotations

import numpy as np

from benchmarks import markets
from benchmarks.growth import timed
from benchmarks.report import ratios, spread
from services.matching.market import market_of
from services.matching.mechanism import match
from services.matching.mechanism.fast import match_compiled
from services.matching.mechanism.fast.arrays import Arrays
from services.matching.mechanism.fast.solving import keys, solve
from tests.support.peers import Hospitals, by_algmatch, by_matching

SIZES = ((200, 20), (1_000, 50), (5_000, 150))


def table(rounds: int) -> str:
    """A row a size: each one's time, and its ratio to the compiled match from the same named lists."""
    head = ("without caps above", "compiled, from arrays", "compiled, from names", "plain reference")
    lines = [f"| {' | '.join((*head, 'matching 1.4.3', 'algmatch 1.5.2'))} |", "|---|---|---|---|---|---|"]
    return "\n".join([*lines, *(_row(*size, rounds) for size in SIZES)])


def _row(people: int, vacancies: int, rounds: int) -> str:
    market = markets.uncapped(people, vacancies)
    # `matching` takes no capacity of 0.
    market.room[:vacancies] = np.maximum(market.room[:vacancies], 1)
    named, hospitals = market_of(markets.document(market)), _hospitals(market)
    ours = {r: int(market.wished[entry]) for r, entry in enumerate(solve(market).got.tolist()) if entry >= 0}
    if not ours == by_matching(hospitals) == by_algmatch(hospitals):
        raise SystemExit(f"{people} x {vacancies}: the results differ")
    sides = ((solve, market), (match_compiled, named), (match, named),
             (by_matching, hospitals), (by_algmatch, hospitals))  # fmt: skip
    times = [[timed(side, given) for side, given in sides] for _ in range(rounds)]
    columns = list(zip(*times, strict=True))
    cells = [spread(column, ".4f") for column in columns[:2]]
    cells += [
        f"{spread(column, '.4f')}; ratio {spread(ratios(column, columns[1]), '.0f')}"
        for column in columns[2:]
    ]
    return f"| {people:,} x {vacancies:,} | {' | '.join(cells)} |"


def _hospitals(market: Arrays) -> Hospitals:
    """Only vacancies that somebody wishes for: the libraries take no others."""
    owner = np.repeat(np.arange(len(market.starts) - 1), np.diff(market.starts))
    order = np.lexsort((keys(market), market.wished))
    hospitals: dict[int, list[int]] = {}
    for vacancy, resident in zip(market.wished[order].tolist(), owner[order].tolist(), strict=True):
        hospitals.setdefault(vacancy, []).append(resident)
    lists = np.split(market.wished, market.starts[1:-1])
    residents = {resident: row.tolist() for resident, row in enumerate(lists)}
    return Hospitals(residents, hospitals, {h: int(market.room[h]) for h in hospitals})
