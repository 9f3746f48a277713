"""The web pages of a service: alive, ready, metrics, and what its activity table holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import faust
from prometheus_client import CONTENT_TYPE_LATEST

if TYPE_CHECKING:
    from jembatan.engine.host import Engine


def add_pages(app: faust.App, engine: Engine) -> None:
    """Add `/livez`, `/readyz` and `/metrics` to a service's loopback web endpoint."""

    @app.page("/livez")
    async def livez(web: Any, request: Any) -> Any:  # noqa: ANN401
        return web.json({"alive": True})

    @app.page("/readyz")
    async def readyz(web: Any, request: Any) -> Any:  # noqa: ANN401
        body = readiness(engine)
        return web.json(body, status=200 if body["ready"] else 503)

    @app.page("/metrics")
    async def metrics(web: Any, request: Any) -> Any:  # noqa: ANN401
        text = engine.hub.metrics.text() if engine.hub else b""
        return web.bytes(text, content_type=CONTENT_TYPE_LATEST.partition(";")[0])


def readiness(engine: Engine) -> dict[str, Any]:
    """Whether the service gets on, and how each of its partitions does."""
    hub, membership = engine.hub, engine.membership
    return {
        "ready": engine.ready,
        "service": engine.service.name,
        "time": engine.settings.time.value,
        "partitions": membership.numbers if membership else [],
        "lag": {str(number): lag for number, lag in hub.lag().items()} if hub else {},
        "standing": hub.standing() if hub else {},
        "stalled_seconds": round(hub.stalled_for(), 1) if hub else None,
    }
