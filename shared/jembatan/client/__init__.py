"""Reporting to the platform, and subscribing to what it decides.

async with Publisher("127.0.0.1:9092", source="urn:example:registry") as publisher:
    await publisher.report("job_order.submitted", "example-1", order)

async with Subscriber("127.0.0.1:9092", ["vacancies.facts"], group="my-system") as subscriber:
    async for event in subscriber:
        print(event.name, event.subject, event.data.state)
"""

from jembatan.client.cluster import Cluster, cluster, ends, is_simulated, members
from jembatan.client.errors import ClientError, NoTopic, NotSent, Unreachable
from jembatan.client.publisher import Publisher, Sent, tick
from jembatan.client.received import Event, Received, Unknown
from jembatan.client.repeats import Repeats
from jembatan.client.subscriber import Place, Start, Subscriber

__all__ = [
    "ClientError",
    "Cluster",
    "Event",
    "NoTopic",
    "NotSent",
    "Place",
    "Publisher",
    "Received",
    "Repeats",
    "Sent",
    "Start",
    "Subscriber",
    "Unknown",
    "Unreachable",
    "cluster",
    "ends",
    "is_simulated",
    "members",
    "tick",
]
