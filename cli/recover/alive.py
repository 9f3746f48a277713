"""Whether a worker of a service is alive: a database is brought up to its topics while none is."""

from __future__ import annotations

from cli.doctor.snapshot import Connection
from cli.status import workers

SESSIONS = """
SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()
"""


async def alive(connection: Connection, kafka: str, service: str) -> list[str]:
    """Why the service is not stopped, in sentences; empty if it is."""
    sessions = await connection.fetchval(SESSIONS, f"jembatan-{service}")
    members = sum((await workers(kafka, [service])).values())
    found = [f"{sessions} connections of {service} are open in PostgreSQL."] if sessions else []
    if members:
        found.append(
            f"{members} workers of {service} are in its Kafka group; one that was killed leaves it when its "
            "session times out."
        )
    return found
