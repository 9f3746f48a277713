"""Whether a worker of a service is alive: a database is brought up to its topics while none is."""

from __future__ import annotations

from aiokafka.admin import AIOKafkaAdminClient

from cli.doctor.snapshot import Connection
from jembatan.client.errors import reaching

SESSIONS = """
SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()
"""
TIMEOUT_MS = 10_000


async def alive(connection: Connection, kafka: str, service: str) -> list[str]:
    """Why the service is not stopped, in sentences; empty if it is."""
    sessions = await connection.fetchval(SESSIONS, f"jembatan-{service}")
    members = await _members(kafka, f"jembatan.{service}")
    found = [f"{sessions} connections of {service} are open in PostgreSQL."] if sessions else []
    if members:
        found.append(
            f"{members} workers of {service} are in its Kafka group; one that was killed leaves it when its "
            "session times out."
        )
    return found


async def _members(kafka: str, group: str) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka, request_timeout_ms=TIMEOUT_MS)
    with reaching(kafka):
        try:
            await admin.start()
            answers = await admin.describe_consumer_groups([group])
        finally:
            await admin.close()
    return sum(len(described[5]) for answer in answers for described in answer.groups)
