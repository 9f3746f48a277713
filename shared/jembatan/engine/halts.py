"""Why a lane halts, by code, and what whoever runs the platform is to do about it."""

from __future__ import annotations

AHEAD = "TOPIC_AHEAD"
LOST = "TOPIC_LOST"
OTHER_CLUSTER = "OTHER_CLUSTER"
OLDER = f"{AHEAD}: PostgreSQL is older than this topic"
"""What is published here was decided by this service, and PostgreSQL does not know it any more."""
STRANGER = f"{AHEAD}: a stranger's record"
"""What lies here is nothing that the service writes."""

REMEDIES = {
    OLDER: "Run `jembatan doctor`: it names each place that differs. Until this is mended {service} decides "
    "nothing, and its reports wait. Stop it; then restore PostgreSQL up to its last commit, or if there is "
    "only a backup run `jembatan recover {service}`; docs/doctor.md says how.",
    AHEAD: "Run `jembatan doctor`: it names each place that differs. Somebody else has written there: take "
    "that right away; docs/doctor.md says how.",
    LOST: "Run `jembatan doctor`: it names what Kafka no longer has. Bring back the broker's disks that had "
    "it; docs/doctor.md says how.",
    OTHER_CLUSTER: "Name the Kafka cluster that has this service's topics by JEMBATAN_KAFKA, then run "
    "`jembatan doctor`.",
}
OTHERWISE = "Run `jembatan doctor`."


def remedy(why: str) -> str:
    """What to do about a halt, which is told as `topic/partition: CODE: …`."""
    text = next((text for code, text in REMEDIES.items() if code in why), OTHERWISE)
    return text.format(service=why.partition(".")[0])
