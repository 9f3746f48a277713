"""A Faust sensor that counts what goes through the agents into the service's own metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from faust import Sensor

from jembatan.engine.hub import Hub


class EventCounter(Sensor):
    """Counts events that Faust's streams have taken in."""

    def __init__(self, hub: Callable[[], Hub | None], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self._hub = hub

    def on_stream_event_in(self, tp: Any, offset: int, stream: Any, event: Any) -> None:  # noqa: ANN401
        hub = self._hub()
        if hub is not None:
            hub.metrics.faust_events.inc()
