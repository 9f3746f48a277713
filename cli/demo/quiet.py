"""Whether a platform has done all that can be done by now: nothing waits to be decided or published.

It is read from PostgreSQL, the truth of what was decided, so that an act ends neither too early nor by a
guess of so many seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from jembatan.client import Place
from jembatan.contracts.registry import SERVICES

POSITIONS = "SELECT topic, partition, next_offset, at FROM {}.position"
HEADS = "SELECT topic, partition, head FROM {}.lane_head"
JOBS = "SELECT kind, subject FROM {}.job WHERE NOT done"
HALTED = "SELECT partition, halted FROM {}.lane WHERE halted IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the services are. `decided`: by service and input, the next offset and the greatest time."""

    decided: Mapping[tuple[str, Place], tuple[int, datetime]]
    heads: Mapping[Place, int]
    jobs: tuple[str, ...]
    halted: tuple[str, ...]

    def waits(self, sent: Mapping[Place, int], read_to: Mapping[Place, int], at: datetime) -> list[str]:
        """What is still to be done; empty if all is quiet.

        `sent` is the end of what was sent, `read_to` of what was read, `at` the time all partitions must be at.
        """
        return [*self._undecided(sent, at), *self._unread(read_to), *self.jobs]

    def _undecided(self, sent: Mapping[Place, int], at: datetime) -> list[str]:
        found = []
        for (service, place), (offset, greatest) in self.decided.items():
            behind = offset < max(sent.get(place, 0), self.heads.get(place, 0))
            late = ".reports" in place[0] and greatest < at
            if behind or late:
                found.append(f"{service} has not decided all of {place[0]} {place[1]}")
        return found

    def _unread(self, read_to: Mapping[Place, int]) -> list[str]:
        return [
            f"{head - read_to.get(place, 0)} facts of {place[0]} {place[1]} are not published"
            for place, head in self.heads.items()
            if read_to.get(place, 0) < head
        ]


async def standing(connection: asyncpg.Connection[asyncpg.Record]) -> Standing:
    """How far all services are, as one snapshot of the database."""
    decided: dict[tuple[str, Place], tuple[int, datetime]] = {}
    heads: dict[Place, int] = {}
    jobs: list[str] = []
    halted: list[str] = []
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        for service in SERVICES:
            for row in await connection.fetch(POSITIONS.format(service)):
                place = row["topic"], row["partition"]
                decided[service, place] = row["next_offset"], row["at"]
            heads |= {
                (row["topic"], row["partition"]): row["head"]
                for row in await connection.fetch(HEADS.format(service))
            }
            jobs += [
                f"{row['kind']} of {row['subject']}" for row in await connection.fetch(JOBS.format(service))
            ]
            halted += [
                f"lane {row['partition']} of {service} is halted: {row['halted']}"
                for row in await connection.fetch(HALTED.format(service))
            ]
    return Standing(decided, heads, tuple(jobs), tuple(halted))
