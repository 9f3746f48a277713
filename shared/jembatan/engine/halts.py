"""Why a lane halts, by code, and what whoever runs the platform is to do about it."""

from __future__ import annotations

AHEAD = "TOPIC_AHEAD"
LOST = "TOPIC_LOST"
OTHER_CLUSTER = "OTHER_CLUSTER"

REMEDIES = {
    AHEAD: "Run `jembatan doctor`: it names each place that differs. If PostgreSQL was restored from a "
    "backup, stop the service and restore it up to its last commit; docs/doctor.md says how.",
    LOST: "Run `jembatan doctor`: it names what Kafka no longer has. Bring back the broker's disks that had "
    "it; docs/doctor.md says how.",
    OTHER_CLUSTER: "Name the Kafka cluster that has this service's topics by JEMBATAN_KAFKA, then run "
    "`jembatan doctor`.",
}
OTHERWISE = "Run `jembatan doctor`."


def remedy(why: str) -> str:
    """What to do about a halt, which is told as `topic/partition: CODE: …`."""
    return next((text for code, text in REMEDIES.items() if code in why), OTHERWISE)
