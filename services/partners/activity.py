"""Live counts of what partners publishes; Faust carries them, since they can be rebuilt from the facts."""

from __future__ import annotations

from jembatan.engine.activity import count_facts
from jembatan.engine.host import ServiceApp


def attach(app: ServiceApp) -> None:
    """Count the facts of partners by type and minute."""
    count_facts(app, "partners.facts")
