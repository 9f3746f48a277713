"""Reads a service's reports up to its positions, to see that each one was answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from pydantic_core import from_json

from cli.doctor.answers import Answers, Reported
from cli.doctor.finding import Found
from cli.doctor.scan import Progress
from cli.doctor.snapshot import Position, Snapshot
from jembatan.client.raw import Bounds, Reader
from jembatan.client.subscriber import Place
from jembatan.contracts.binding import Unbound, event_text
from jembatan.engine.records import Record


async def check(taken: Snapshot, reader: Reader, answers: Answers, found: Found, progress: Progress) -> None:
    """Every report that is still kept, was passed by, and is no tick."""
    kept = await _kept_since(taken, reader)
    for position in taken.positions:
        if not position.topic.startswith(f"{taken.service}.reports"):
            continue
        async for batch in _passed(position, taken.inputs.get(position.place), reader):
            for record in batch:
                if not record.is_tick:
                    found.add(answers.report(reported(record), kept.get(record.partition)))
            progress(len(batch))


async def _passed(position: Position, bounds: Bounds | None, reader: Reader) -> AsyncIterator[list[Record]]:
    if bounds is None:
        return
    end = min(position.next_offset, bounds.end)
    if end > bounds.first:
        async for batch in reader.records(position.place, bounds.first, end):
            yield batch


async def _kept_since(taken: Snapshot, reader: Reader) -> dict[int, datetime]:
    """By partition, the time of the first refusal that retention has left, where it has removed any."""
    found: dict[int, datetime] = {}
    for lane in taken.lanes:
        place: Place = lane.topic, lane.partition
        if lane.topic.endswith(".refusals") and lane.first > 0:
            first = await reader.record(place, lane.first) if lane.end > lane.first else None
            found[lane.partition] = first.at if first else datetime.max.replace(tzinfo=UTC)
    return found


def reported(record: Record) -> Reported:
    """A report's coordinates, and who gave it which id, as far as it can be read."""
    source = identity = ""
    try:
        event = from_json(event_text(record))
    except (Unbound, ValueError):
        event = None
    if isinstance(event, dict):
        source, identity = str(event.get("source") or ""), str(event.get("id") or "")
    return Reported(record.topic, record.partition, record.offset, record.at, source, identity)
