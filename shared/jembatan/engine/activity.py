"""Live counts of facts by type and minute, in a Faust table that is rebuilt from the topic."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic_core import from_json

from jembatan.engine.host import ServiceApp

WINDOW = timedelta(minutes=1)
KEPT = timedelta(hours=1)
UNREADABLE = "unreadable"


def type_of(value: bytes) -> str:
    """The event's type as it is counted; what cannot be read is counted apart."""
    try:
        found = from_json(value)["type"]
    except (KeyError, TypeError, ValueError):
        return UNREADABLE
    return found if isinstance(found, str) else UNREADABLE


def count_facts(app: ServiceApp, topic: str) -> None:
    """Add an agent that counts `topic` into the windowed table `activity`, and the page `/activity`."""
    counts = app.Table("activity", default=int, partitions=app.conf.topic_partitions)
    windowed = counts.tumbling(WINDOW, expires=KEPT)
    latest: dict[str, int] = {}

    @app.agent(app.topic(topic, key_serializer="raw", value_serializer="raw"), name="activity")
    async def activity(stream: Any) -> None:  # noqa: ANN401
        async for event in stream.events():
            kind = type_of(event.value)
            windowed[kind] += 1
            latest[kind] = windowed[kind].value()

    @app.page("/activity")
    async def page(web: Any, request: Any) -> Any:  # noqa: ANN401
        return web.json({"window_seconds": WINDOW.total_seconds(), "latest": dict(sorted(latest.items()))})
