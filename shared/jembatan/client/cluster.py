"""What a Kafka cluster has: its topics, their partitions, whose time their records carry."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from jembatan.client.errors import NoTopic, reaching

DEADLINE_MS = 10_000
CREATE_TIME = "CreateTime"
TIMESTAMPS = "message.timestamp.type"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster's id, and the number of partitions of each topic."""

    id: str
    partitions: Mapping[str, int]

    def count(self, topic: str) -> int:
        """The partitions of a topic; `NoTopic` if it is not there."""
        if topic not in self.partitions:
            raise NoTopic(f"There is no topic {topic}; `jembatan topics --create` makes what is missing.")
        return self.partitions[topic]

    def report_topics(self, services: Iterable[str]) -> list[str]:
        """The topics in which these services are reported to, reporters' own among them."""
        names = [f"{service}.reports" for service in services]
        return sorted(t for t in self.partitions if any(t == n or t.startswith(f"{n}.") for n in names))


async def cluster(bootstrap: str) -> Cluster:
    """Ask the cluster at `bootstrap` (host:port); `Unreachable` if it does not answer within 10 s."""
    async with _admin(bootstrap) as admin:
        described = await admin.describe_cluster()
        names = await admin.list_topics()
        topics = await admin.describe_topics(names) if names else []
    return Cluster(str(described["cluster_id"]), {t["topic"]: len(t["partitions"]) for t in topics})


async def is_simulated(bootstrap: str, topic: str) -> bool:
    """Whether a topic's records carry their sender's time, as they do in simulated time only."""
    return (await settings_of(bootstrap, [topic]))[topic].get(TIMESTAMPS) == CREATE_TIME


async def settings_of(bootstrap: str, topics: Iterable[str]) -> dict[str, dict[str, str]]:
    """Each topic's settings in force, as Kafka spells them; none for a topic that is not there."""
    names = list(topics)
    wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    async with _admin(bootstrap) as admin:
        answers = await admin.describe_configs(wanted) if wanted else []
    found = {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for *_, name, entries in answer.resources
    }
    return {name: found.get(name, {}) for name in names}


async def members(bootstrap: str, groups: Iterable[str]) -> dict[str, int]:
    """How many consumers each group has now; one that was killed counts until its session times out."""
    async with _admin(bootstrap) as admin:
        # One by one: aiokafka 0.14 reads an answer about several groups wrongly, and breaks off.
        return {group: await _members(admin, group) for group in groups}


async def _members(admin: AIOKafkaAdminClient, group: str) -> int:
    answers = await admin.describe_consumer_groups([group])
    # What stands sixth in an answer is the list of members.
    return sum(len(described[5]) for answer in answers for described in answer.groups)


async def ends(bootstrap: str, topics: Mapping[str, int]) -> dict[tuple[str, int], int]:
    """The offset after the last record, by topic and partition. `topics`: partitions by topic."""
    wanted = [TopicPartition(topic, number) for topic, count in topics.items() for number in range(count)]
    if not wanted:
        return {}
    with reaching(bootstrap):
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, request_timeout_ms=DEADLINE_MS)
        try:
            await consumer.start()
            found = await consumer.end_offsets(wanted)
        finally:
            await consumer.stop()
    return {(place.topic, place.partition): offset for place, offset in found.items()}


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    with reaching(bootstrap):
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=DEADLINE_MS)
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()
