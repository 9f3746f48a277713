"""Who reported what: the sources of reports, by the correlation that their facts carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from jembatan.client import Event, Place, Start, Subscriber, cluster
from jembatan.contracts.refusal import Refusal


class Sources:
    """The reports that lie in the report topics now; it reads on when asked about one that is newer.

    A fact says by its `correlationid` which report it goes back to, also over several services. What the
    report topics no longer keep is not known.
    """

    def __init__(self, bootstrap: str, services: Iterable[str]) -> None:
        self._bootstrap = bootstrap
        self._services = tuple(services)
        self._next: dict[Place, int] | None = None
        self._by_correlation: dict[str, set[str]] = defaultdict(set)

    async def is_of(self, event: Event, source: str) -> bool:
        """Whether an event goes back to a report of `source`."""
        if isinstance(event.data, Refusal):
            return event.data.report.source == source
        correlation = event.envelope.correlationid or event.id
        if correlation not in self._by_correlation:
            await self._catch_up()
        return source in self._by_correlation.get(correlation, ())

    async def _catch_up(self) -> None:
        found = await cluster(self._bootstrap)
        topics = found.report_topics(self._services)
        start: Start = self._next if self._next is not None else "earliest"
        after: dict[Place, int] = dict(
            self._next or {(t, p): 0 for t in topics for p in range(found.count(t))}
        )
        async with Subscriber(self._bootstrap, topics, from_=start, to_end=True) as subscriber:
            async for event in subscriber:
                record = event.record
                after[record.topic, record.partition] = record.offset + 1
                self._by_correlation[event.envelope.correlationid or event.id].add(event.envelope.source)
        self._next = after
