"""Which refusals are asked for, and finding them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cli.exits import Exit, Failed
from cli.lines import as_json as event_json
from cli.lines import line
from cli.output import put_json, put_line, safe
from cli.selection import Selection
from jembatan.client import Event, Start, Subscriber
from jembatan.client.raw import Reader
from jembatan.contracts.binding import Unbound, event_text
from jembatan.contracts.refusal import Refusal, RefusedReport

ALL = Selection()


@dataclass(frozen=True, slots=True)
class Asked:
    """Refusals of these topics that match everything that is given. `identity`: theirs or the report's."""

    topics: tuple[str, ...]
    selection: Selection = ALL
    identity: str | None = None
    source: str | None = None
    codes: tuple[str, ...] = ()

    def takes(self, event: Event) -> bool:
        """Whether this refusal is asked for; never, if the event is none."""
        if not isinstance(event.data, Refusal) or not self.selection.takes(event):
            return False
        codes = {one.code for one in event.data.reasons}
        theirs = self.source in (None, event.data.report.source)
        named = self.identity in (None, event.id, event.data.report.id)
        return theirs and named and (not self.codes or not codes.isdisjoint(self.codes))


@dataclass(frozen=True, slots=True)
class Target:
    """A refusal's id, and the report that it refuses."""

    refusal: str
    report: RefusedReport


async def refusals(bootstrap: str, asked: Asked) -> list[Event]:
    """The refusals that are asked for and still kept; Failed if there is none."""
    start: Start = asked.selection.since or "earliest"
    async with Subscriber(bootstrap, asked.topics, from_=start, to_end=True) as subscriber:
        found = [event async for event in subscriber if asked.takes(event)]
    if not found:
        what = f"No refusal of {asked.identity}" if asked.identity else "No such refusal"
        raise Failed(Exit.NO, f"{what} is kept. `jembatan refusals` lists those that are.")
    return found


async def targets(bootstrap: str, asked: Asked) -> list[Target]:
    """What is to be retried; of the refusals of one id the last. Failed if an id is two reporters'."""
    found = await refusals(bootstrap, asked)
    if asked.identity is not None:
        found = [last(found)]
    return [Target(event.id, event.data.report) for event in found]


def last(found: Sequence[Event]) -> Event:
    """The last refusal of one report; Failed if several reporters used its id."""
    sources = sorted({str(event.data.report.source) for event in found})
    if len(sources) > 1:
        raise Failed(
            Exit.BAD_INPUT,
            f"Several reporters used this id; say which with --reporter: {', '.join(sources)}.",
        )
    return max(found, key=lambda event: event.record.at)


async def show(bootstrap: str, asked: Asked, *, with_report: bool, as_json: bool) -> None:
    """Print the refusals of an id with every reason; `with_report` also what was reported, if it is kept."""
    for event in await refusals(bootstrap, asked):
        text = await _reported(bootstrap, event.data.report) if with_report else None
        if as_json:
            put_json({"refusal": event_json(event)} | ({"report": text} if with_report else {}))
            continue
        where = event.data.report
        put_line(line(event))
        put_line(
            safe(f"    refusal {event.id}; the report lies in {where.topic}/{where.partition}/{where.offset}")
        )
        if with_report:
            put_line(safe(f"    {text or 'its topic no longer keeps it'}"))


async def _reported(bootstrap: str, report: RefusedReport) -> str | None:
    """What was reported, as text; None if it is no longer kept."""
    place = report.topic, report.partition
    async with Reader(bootstrap) as reader:
        bounds = (await reader.bounds([place]))[place]
        kept = bounds.first <= report.offset < bounds.end
        record = await reader.record(place, report.offset) if kept else None
    if record is None:
        return None
    try:
        return event_text(record).decode(errors="replace")
    except Unbound:
        return (record.value or b"").decode(errors="replace")
