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

LOOK = """
SELECT '{0}' AS service, 'position' AS what, topic AS name, partition, next_offset AS number, at
FROM {0}.position
UNION ALL SELECT '{0}', 'head', topic, partition, head, NULL FROM {0}.lane_head
UNION ALL SELECT '{0}', 'job', kind || ' of ' || subject, 0, 0, NULL FROM {0}.job WHERE NOT done
UNION ALL SELECT '{0}', 'halted', halted, partition, 0, NULL FROM {0}.lane WHERE halted IS NOT NULL
"""
ALL = " UNION ALL ".join(LOOK.format(service) for service in SERVICES)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the services are. `decided`: by service and input, the next offset and the greatest time."""

    decided: Mapping[tuple[str, Place], tuple[int, datetime]]
    heads: Mapping[Place, int]
    jobs: tuple[str, ...]
    halted: tuple[str, ...]

    def waits(self, sent: Mapping[Place, int], read_to: Mapping[Place, int], at: datetime) -> list[str]:
        """What is still to be done; empty if all is quiet.

        `sent` and `read_to` are the ends of what was sent and read; all partitions must have come to `at`.
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
    """How far all services are, by one statement: one snapshot of the database."""
    rows = await connection.fetch(ALL)
    by_what = {
        what: [row for row in rows if row["what"] == what] for what in ("position", "head", "job", "halted")
    }
    return Standing(
        decided={(row["service"], _place(row)): (row["number"], row["at"]) for row in by_what["position"]},
        heads={_place(row): row["number"] for row in by_what["head"]},
        jobs=tuple(row["name"] for row in by_what["job"]),
        halted=tuple(
            f"Lane {row['partition']} of {row['service']} is halted: {row['name']}"
            for row in by_what["halted"]
        ),
    )


def _place(row: asyncpg.Record) -> Place:
    return row["name"], row["partition"]
