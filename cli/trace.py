"""`jembatan trace`: one id's way through the services."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cli.answers import output_topics
from cli.eligibility import MOST, Entry, entries
from cli.exits import Exit, Failed
from cli.lines import as_json, reasons, title
from cli.output import instant, put_json, put_line, safe, say
from cli.related import (
    Step,
    candidates,
    cause_place,
    correlation,
    correlations,
    in_order,
    is_about,
    place,
    when,
)
from jembatan.client import Event, Subscriber, cluster
from jembatan.contracts.envelope import ReportEnvelope
from jembatan.contracts.refusal import Refusal
from jembatan.contracts.registry import SERVICES

NO_POSTGRES = "Reasons of eligibility are in PostgreSQL only; name it by --postgres or JEMBATAN_POSTGRES."


async def trace(kafka: str, postgres: str | None, identity: str, *, as_json: bool) -> None:
    """Print the way of a report, fact, correlation or subject; Failed if nothing is known of it."""
    steps = await way(kafka, identity)
    if not steps:
        raise Failed(
            Exit.NO,
            f"No topic has anything of {identity}. Give the id of a report, a fact or a subject; what report "
            "topics no longer keep is gone.",
        )
    found = await _entries(postgres, steps)
    _show_json(steps, found) if as_json else _show(steps, found)


async def way(kafka: str, identity: str) -> list[Step]:
    """Everything about an id, by time, each event after what led to it."""
    topics = await all_topics(kafka)
    direct = await _collect(kafka, topics, lambda event: is_about(event, identity))
    groups = correlations(direct, identity) - {identity}
    if not groups:
        return in_order(direct)
    rest = await _collect(kafka, topics, lambda event: correlation(event) in groups or event.id in groups)
    return in_order([*direct, *rest])


async def all_topics(kafka: str) -> list[str]:
    """Every topic of the platform that is there, reporters' own among them."""
    found = await cluster(kafka)
    outputs = [topic for topic in output_topics(SERVICES) if topic in found.partitions]
    return [*found.report_topics(SERVICES), *outputs]


async def _collect(kafka: str, topics: Sequence[str], wanted: Callable[[Event], bool]) -> list[Event]:
    async with Subscriber(kafka, topics, from_="earliest", to_end=True) as subscriber:
        return [event async for event in subscriber if wanted(event)]


async def _entries(postgres: str | None, steps: Sequence[Step]) -> list[Entry]:
    names = candidates(step.event for step in steps)
    if not names:
        return []
    if len(names) > MOST:
        say(f"{len(names)} candidates; trace one of them for the reasons of its eligibility")
        return []
    if postgres is None:
        say(NO_POSTGRES)
        return []
    found = await entries(postgres, names)
    if isinstance(found, str):
        say(found)
        return []
    return found


def _show(steps: Sequence[Step], found: Sequence[Entry]) -> None:
    shown = {place(step.event) for step in steps}
    for step in steps:
        put_line(step_line(step, shown))
        if isinstance(step.event.data, Refusal):
            put_line("\n".join("  " * step.depth + line for line in reasons(step.event.data.reasons)))
    for entry in found:
        put_line("\n".join(map(safe, entry.lines())))


def step_line(step: Step, shown: set[str]) -> str:
    """One event, further in the more led to it; what led to it is named if it is not shown."""
    event, cause = step.event, cause_place(step.event)
    sign = "✗" if isinstance(event.data, Refusal) else "→" if _is_report(event) else "✓"
    because = f"  (because of {cause})" if cause and cause not in shown else ""
    head = f"{instant(when(event))}  {'  ' * step.depth}{sign} {title(event)}"
    return f"{head}  id {safe(event.id)}{because}" if _is_report(event) else f"{head}{because}"


def _is_report(event: Event) -> bool:
    return isinstance(event.envelope, ReportEnvelope)


def _show_json(steps: Sequence[Step], found: Sequence[Entry]) -> None:
    for step in steps:
        record = step.event.record
        where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        put_json(where | {"depth": step.depth, "event": as_json(step.event)})
    for entry in found:
        put_json({"eligibility": entry.as_object()})
