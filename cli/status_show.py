"""What `jembatan status` shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cli.output import instant, put_json, put_line, put_table, table
from cli.status_found import ServiceStatus, Status
from cli.status_tables import Tables
from jembatan.engine.halts import remedy


def told(found: Status, *, as_json: bool) -> None:
    """Print it."""
    if as_json:
        put_json(as_object(found))
        return
    put_line(f"Kafka {found.kafka or '-'}  cluster {found.cluster or '-'}  time {found.time or '-'}")
    if found.time == "simulated":
        put_line("Time is simulated: this platform is for examples and tests only.")
    shown = table(
        "service", "workers", "processes", "ready", "partitions", "lag", "watermark", "to publish", "jobs"
    )
    for service in found.services:
        shown.add_row(service.name, *row(service))
    put_table(shown)
    for line in (*found.faults, *problems(found)):
        put_line(f"! {line}")


def row(service: ServiceStatus) -> tuple[str, ...]:
    """A service's cells, after its name."""
    working = "-" if service.workers is None else str(service.workers)
    pids = " ".join(map(str, service.pids)) or "-"
    ready = " ".join("yes" if one.ready else "NO" for one in service.processes) or "-"
    parts = " | ".join(",".join(map(str, one.partitions)) or "-" for one in service.processes) or "-"
    waiting = "-" if service.lag is None else str(service.lag)
    if not isinstance(service.tables, Tables):
        return working, pids, ready, parts, waiting, "-", "-", "-"
    known = service.tables
    due = instant(known.watermark), str(known.backlog), str(known.jobs)
    return working, pids, ready, parts, waiting, *due


def problems(found: Status) -> list[str]:
    """What is not well with the services, a sentence each."""
    halts = [
        text for one in found.services if isinstance(one.tables, Tables) for text in _halts(one, one.tables)
    ]
    missing = [
        f"{one.name}: it has no worker; it does not run, or its log says what it waits for."
        for one in found.services
        if one.is_missing
    ]
    unread = [f"{one.name}: {one.tables}." for one in found.services if isinstance(one.tables, str)]
    slow = [
        f"{process.name} is not ready: it does not answer, has no partitions yet, or does not get on."
        for one in found.services
        for process in one.processes
        if not process.ready
    ]
    return halts + missing + unread + slow


def _halts(service: ServiceStatus, tables: Tables) -> list[str]:
    """Each way in which lanes are halted, once."""
    lanes: dict[str, list[int]] = {}
    for lane, why in tables.halted.items():
        lanes.setdefault(why, []).append(lane)
    return [
        f"{service.name} publishes nothing in lane {', '.join(map(str, which))}: {why}. {remedy(why)}"
        for why, which in lanes.items()
    ]


def as_object(found: Status) -> dict[str, Any]:
    """The status for programs."""
    return {
        "kafka": found.kafka,
        "cluster": found.cluster,
        "time": found.time,
        "at": datetime.now(UTC).isoformat(),
        "well": found.is_well,
        "faults": [*found.faults, *problems(found)],
        "services": {service.name: _service_object(service) for service in found.services},
    }


def _service_object(service: ServiceStatus) -> dict[str, Any]:
    known = service.tables if isinstance(service.tables, Tables) else None
    return {
        "pids": list(service.pids),
        "processes": [
            {"name": one.name, "ready": one.ready, "partitions": list(one.partitions)}
            for one in service.processes
        ],
        "workers": service.workers,
        "lag": service.lag,
        "watermark": known.watermark.isoformat() if known and known.watermark else None,
        "backlog": known.backlog if known else None,
        "halted": {str(lane): why for lane, why in known.halted.items()} if known else None,
        "jobs": known.jobs if known else None,
        "cluster": known.cluster if known else None,
    }
