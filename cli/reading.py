"""Listing and following events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass

from cli.lines import as_json, line
from cli.output import put_json, put_line, say
from cli.selection import Selection
from cli.sources import Sources
from jembatan.client import Event, Start, Subscriber
from jembatan.contracts.registry import SERVICES

Check = Callable[[Event], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Query:
    """What to read and how to show it. `reporter`: the CloudEvents source of the report it goes back to."""

    bootstrap: str
    topics: tuple[str, ...]
    selection: Selection
    reporter: str | None = None
    last: int | None = None
    as_json: bool = False


async def show(query: Query, *, follow: bool) -> None:
    """Print the events: in order of time what there is, or as they come what is new (or since `since`)."""
    found = followed(query) if follow else _each(await listed(query))
    if follow:
        say("following; Ctrl-C ends it")
    async for event in found:
        put_json(as_json(event)) if query.as_json else put_line(line(event))


async def listed(query: Query) -> list[Event]:
    """All events there are, in order of their time; the last ones of it if the query says how many."""
    found = [event async for event in _selected(query, query.selection.since or "earliest", to_end=True)]
    found.sort(key=lambda event: (event.at, event.record.topic, event.record.partition, event.record.offset))
    return found if query.last is None else found[max(0, len(found) - query.last) :]


def followed(query: Query) -> AsyncIterator[Event]:
    """Events as they come, without end."""
    return _selected(query, query.selection.since or "latest", to_end=False)


async def _selected(query: Query, start: Start, *, to_end: bool) -> AsyncIterator[Event]:
    is_theirs = _by_reporter(query)
    passed_over = 0
    async with Subscriber(query.bootstrap, query.topics, from_=start, to_end=to_end) as subscriber:
        async for one in subscriber.received():
            if not isinstance(one, Event):
                passed_over += 1
            elif query.selection.takes(one) and await is_theirs(one):
                yield one
    if passed_over:
        say(f"{passed_over} records cannot be read by this version; `pip install -U jembatan` may help")


def _by_reporter(query: Query) -> Check:
    sources, reporter = Sources(query.bootstrap, SERVICES), query.reporter

    async def check(event: Event) -> bool:
        return reporter is None or await sources.is_of(event, reporter)

    return check


async def _each(events: Iterable[Event]) -> AsyncIterator[Event]:
    for event in events:
        yield event
