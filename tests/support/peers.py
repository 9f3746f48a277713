"""The public libraries `matching` and `algmatch` on the same hospitals and residents, with no caps above."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from algmatch import HR
from matching.games import HospitalResident


@dataclass(frozen=True, slots=True)
class Hospitals:
    """Residents' lists of hospitals, hospitals' lists of residents, and capacities, by numbers from 0."""

    residents: Mapping[int, Sequence[int]]
    hospitals: Mapping[int, Sequence[int]]
    capacities: Mapping[int, int]


def by_matching(market: Hospitals) -> dict[int, int]:
    """Resident to hospital, by `matching`. It refuses a capacity of 0 and anyone without a list."""
    with _deep():
        return _by_matching(market)


@contextmanager
def _deep() -> Iterator[None]:
    """`matching` copies its players each through the others, deeper than Python usually lets a call go."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)


def _by_matching(market: Hospitals) -> dict[int, int]:
    game = HospitalResident.create_from_dictionaries(
        {r: list(row) for r, row in market.residents.items()},
        {h: list(row) for h, row in market.hospitals.items()},
        dict(market.capacities),
    )
    solved = game.solve(optimal="resident")
    return {resident.name: hospital.name for hospital, held in solved.items() for resident in held}


def by_algmatch(market: Hospitals) -> dict[int, int]:
    """Resident to hospital, by `algmatch`."""
    hospitals = {
        h: {"capacity": market.capacities[h], "preferences": list(row)} for h, row in market.hospitals.items()
    }
    residents = {r: list(row) for r, row in market.residents.items()}
    found = HR(dictionary={"residents": residents, "hospitals": hospitals}).get_stable_matching()
    return {int(r[1:]): int(h[1:]) for r, h in found["resident_sided"].items() if h}
