"""How far a service's database and its topics are, and whether the one can be brought up to the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cli.doctor.snapshot import LANES, POSITIONS, Connection, fetched
from cli.exits import Exit, Failed
from cli.recover.published import Lane
from jembatan.client.raw import Bounds, Reader
from jembatan.contracts.reporters import Reporters
from jembatan.engine.hub import output_topics, report_topics
from jembatan.engine.records import Place, Record, Source
from jembatan.engine.roles import identifier
from jembatan.engine.service import Service
from jembatan.engine.tail import id_of

MINE = """
SELECT place, id, value FROM {live}.outbox
WHERE topic = $1 AND partition = $2 AND place > $3 AND place <= $4
"""
JUMP = "UPDATE lane_head SET head = $3 WHERE topic = $1 AND partition = $2"


@dataclass(slots=True)
class Standing:
    """How far a service's database and its topics are."""

    heads: dict[Lane, int]
    acknowledged: dict[Lane, int]
    bounds: dict[Lane, Bounds]
    places: dict[Source, Place]

    @property
    def ahead(self) -> list[Lane]:
        """Lanes that have more than was decided."""
        return [lane for lane, bound in sorted(self.bounds.items()) if bound.end > self.heads[lane]]

    @property
    def missing(self) -> int:
        return sum(self.bounds[lane].end - self.heads[lane] for lane in self.ahead)


async def look(
    connection: Connection, reader: Reader, service: Service, reporters: Reporters, partitions: int
) -> Standing:
    """How far they are; the connection means the service's schema."""
    outputs = [(topic, number) for topic in output_topics(service.name) for number in range(partitions)]
    marks = {_lane(row): row for row in await fetched(connection, "SELECT * FROM lane_mark")}
    heads = {_lane(row): row["head"] for row in await fetched(connection, LANES)}
    inputs = {*report_topics(service, reporters), *(f"{other}.facts" for other in service.reads)}
    rows = [row for row in await fetched(connection, POSITIONS) if row["topic"] in inputs]
    return Standing(
        heads={lane: heads.get(lane, 0) for lane in outputs},
        acknowledged={lane: marks[lane]["acknowledged"] if lane in marks else 0 for lane in outputs},
        bounds=await reader.bounds(outputs),
        places={_lane(row): _place(row) for row in rows},
    )


async def compare(connection: Connection, reader: Reader, service: str, standing: Standing) -> None:
    """Failed if the database has decided something else since it was restored."""
    sql = MINE.format(live=identifier(service))
    for lane, bound in sorted(standing.bounds.items()):
        after = max(standing.acknowledged[lane], bound.first)
        upto = min(standing.heads[lane], bound.end)
        if upto <= after:
            continue
        mine = {row["place"]: row for row in await fetched(connection, sql, *lane, after, upto)}
        async for records in reader.records(lane, after, upto):
            for record in records:
                _same(record, mine.get(record.offset + 1))


def _same(record: Record, mine: Mapping[str, Any] | None) -> None:
    if mine is None or str(mine["id"]) != str(id_of(record.value)) or mine["value"] != record.value:
        raise Failed(
            Exit.NO,
            f"At place {record.offset + 1} of {record.topic}/{record.partition} the database has something "
            "else than the topic: it went on deciding after it was restored.",
            "Restore the backup once more, start nothing on it, and run this again.",
        )


async def jump(connection: Connection, standing: Standing) -> list[str]:
    """Go over what the outputs no longer keep; gives what that is."""
    gone = []
    for lane in standing.ahead:
        head, first = standing.heads[lane], standing.bounds[lane].first
        if first > head:
            await connection.execute(JUMP, *lane, first)
            gone.append(f"{lane[0]}/{lane[1]}: places {head + 1} to {first} are no longer kept")
            standing.heads[lane] = first
    return gone


def _lane(row: Mapping[str, Any]) -> Lane:
    return row["topic"], row["partition"]


def _place(row: Mapping[str, Any]) -> Place:
    return Place(row["next_offset"], row["at"], row["last_at"], row["last_checksum"])
