"""Live counts of what vacancies publishes; Faust carries them, since they can be rebuilt from the facts."""

from __future__ import annotations

from jembatan.engine.activity import count_facts
from jembatan.engine.host import ServiceApp


def attach(app: ServiceApp) -> None:
    """Count the facts of vacancies by type and minute."""
    count_facts(app, "vacancies.facts")
