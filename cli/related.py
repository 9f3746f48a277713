"""Which events belong to an id, and in what order they led to each other. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jembatan.client import Event
from jembatan.contracts.envelope import CausedEnvelope, ReportEnvelope
from jembatan.contracts.refusal import Refusal
from jembatan.contracts.registry import FACTS, LaneOf


@dataclass(frozen=True, slots=True)
class Step:
    """An event on the way; `depth` counts what led to it within the trace."""

    event: Event
    depth: int


def composite() -> frozenset[str]:
    """Nouns whose subjects are `round:candidate`."""
    return frozenset(event.noun for event in FACTS.values() if event.lane is LaneOf.CANDIDATE)


def is_about(event: Event, identity: str) -> bool:
    """Whether an id names this event, what it goes back to, or whom it is about."""
    caused = event.envelope.causationid if isinstance(event.envelope, CausedEnvelope) else None
    named = {event.id, event.subject, event.envelope.correlationid, caused, place(event)}
    if isinstance(event.data, Refusal):
        named |= {event.data.report.id, event.data.report.subject}
    elif event.noun in composite():
        named |= set(event.subject.split(":", 1))
    if isinstance(event.envelope, ReportEnvelope):
        named.add(event.envelope.retryof)
    return identity in named


def place(event: Event) -> str:
    """A record's coordinates, as they name a cause that has no id."""
    record = event.record
    return f"{record.topic}/{record.partition}/{record.offset}"


def correlations(events: Iterable[Event], identity: str) -> set[str]:
    """What the one event of this id goes back to; empty if the id is no event's."""
    return {correlation(event) for event in events if event.id == identity}


def correlation(event: Event) -> str:
    """What groups events into one story: the id of the report that it goes back to."""
    return event.envelope.correlationid or event.id


def in_order(events: Collection[Event]) -> list[Step]:
    """The events by time, each after what led to it."""
    unique = list({place(event): event for event in events}.values())
    depths = _depths(unique)
    steps = [Step(event, depths[place(event)]) for event in unique]
    return sorted(
        steps, key=lambda step: (when(step.event), step.depth, step.event.sequence, place(step.event))
    )


def when(event: Event) -> datetime:
    """The time that counted: for a report its record's, as the platform took it."""
    return event.record.at if isinstance(event.envelope, ReportEnvelope) else event.at


def candidates(events: Iterable[Event]) -> list[str]:
    """The candidates that the events are about."""
    alone = {event.subject for event in events if event.noun == "candidate"}
    joined = {event.subject.partition(":")[2] for event in events if event.noun in composite()}
    return sorted((alone | joined) - {""})


def _depths(events: Sequence[Event]) -> dict[str, int]:
    by_place = {place(event): event for event in events}
    depths: dict[str, int] = {}
    for event in events:
        _depth(event, by_place, depths)
    return depths


def _depth(event: Event, by_place: Mapping[str, Event], depths: dict[str, int]) -> int:
    here = place(event)
    if here not in depths:
        # A cause lies before its effect, so this ends; the mark guards against a record that says otherwise.
        depths[here] = 0
        cause = by_place.get(cause_place(event) or "")
        depths[here] = 0 if cause is None else _depth(cause, by_place, depths) + 1
    return depths[here]


def cause_place(event: Event) -> str | None:
    """Where the record lies that led to an event."""
    caused = event.envelope
    if not isinstance(caused, CausedEnvelope) or caused.causetopic is None:
        return None
    return f"{caused.causetopic}/{caused.causepartition}/{caused.causeoffset}"
