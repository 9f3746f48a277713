"""Topics of a reporter's own. Where Kafka lets that reporter alone write there, it knows who it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jembatan.contracts.events import events
from jembatan.contracts.registry import EventType, Kind
from jembatan.contracts.reporters import Reporter


def own_topics(reporters: Iterable[Reporter], services: Sequence[str]) -> list[str]:
    """`<service>.reports.<code>` of each reporter with topics of its own, for what it may report alone.

    Every partition of a topic gets a tick a second, so a topic that nobody may write to would only grow.
    """
    return [
        f"{service}.reports.{one.code}"
        for one in reporters
        if one.own_topics
        for service in services
        if any(_may(one, service, event) for event in events())
    ]


def _may(reporter: Reporter, service: str, event: EventType) -> bool:
    return event.kind is Kind.REPORT and event.service == service and reporter.may_report(event.name)
