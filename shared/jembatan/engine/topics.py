"""Topics on the broker: makes those that are missing, and says where the others differ from the topology."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from jembatan.topology import Topic

_DEADLINE = 30.0
_TICK = 0.05


class TopicsError(Exception):
    """The broker refused topics, or did not give them leaders in time; the message names each and why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a topic is not as the topology says; `found` is None if it is missing altogether."""

    topic: str
    what: str
    wanted: str
    found: str | None

    def __str__(self) -> str:
        return f"{self.topic}: {self.what} is {self.found or 'missing'}, wanted {self.wanted}"


async def create(bootstrap: str, topics: Sequence[Topic]) -> list[str]:
    """Makes the missing topics, waits until each partition has a leader, gives the names of the new ones.

    Topics that exist are left as they are, see `check`. Raises TopicsError and aiokafka's KafkaError.
    """
    async with _admin(bootstrap) as admin:
        missing = [topic for topic in topics if topic.name not in set(await admin.list_topics())]
        if not missing:
            return []
        made = _created(await admin.create_topics([_new(topic) for topic in missing]))
        await _until_led(admin, missing)
        return made


async def check(bootstrap: str, topics: Sequence[Topic]) -> list[Difference]:
    """Every difference between the broker and the topology: missing topics, partitions, copies, settings."""
    async with _admin(bootstrap) as admin:
        there = set(await admin.list_topics())
        present = [topic for topic in topics if topic.name in there]
        shapes = await _shapes(admin, present)
        settings = await _settings(admin, present)
    absent = [
        Difference(t.name, "topic", f"{t.partitions} partitions", None) for t in topics if t.name not in there
    ]
    return absent + [d for t in present for d in differences(t, shapes[t.name], settings[t.name])]


def differences(topic: Topic, shape: tuple[int, int], settings: dict[str, str]) -> list[Difference]:
    """How a topic differs; `shape`: partitions and replication on the broker, `settings`: its own there."""
    wanted = {"partitions": topic.partitions, "replication": topic.replication}
    counts = [
        Difference(topic.name, what, str(number), str(found))
        for (what, number), found in zip(wanted.items(), shape, strict=True)
        if number != found
    ]
    values = [
        Difference(topic.name, key, value, settings.get(key))
        for key, value in topic.config.items()
        if _plain(settings.get(key)) != _plain(value)
    ]
    return counts + values


def _plain(value: str | None) -> set[str] | None:
    # Lists such as cleanup.policy have no order.
    return None if value is None else set(value.split(","))


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=int(_DEADLINE * 1000))
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


def _new(topic: Topic) -> NewTopic:
    return NewTopic(topic.name, topic.partitions, topic.replication, topic_configs=dict(topic.config))


def _created(answer: Any) -> list[str]:  # noqa: ANN401
    exists = TopicAlreadyExistsError.errno
    refused = [
        f"{name}: {why or for_code(code).__name__}"
        for name, code, why in answer.topic_errors
        if code not in (0, exists)
    ]
    if refused:
        raise TopicsError(f"the broker refused topics: {'; '.join(refused)}")
    return sorted(name for name, code, _ in answer.topic_errors if code == 0)


async def _until_led(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> None:
    try:
        async with asyncio.timeout(_DEADLINE):
            while waiting := await _unled(admin, topics):  # noqa: ASYNC110
                await asyncio.sleep(_TICK)
    except TimeoutError as error:
        raise TopicsError(f"no leader within {_DEADLINE:.0f} s: {', '.join(waiting)}") from error


async def _unled(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> list[str]:
    found = {
        t["topic"]: t["partitions"] for t in await admin.describe_topics([topic.name for topic in topics])
    }
    return [t.name for t in topics if sum(p["leader"] >= 0 for p in found.get(t.name, [])) < t.partitions]


async def _shapes(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> dict[str, tuple[int, int]]:
    if not topics:
        return {}
    found = await admin.describe_topics([topic.name for topic in topics])
    return {
        t["topic"]: (len(t["partitions"]), max((len(p["replicas"]) for p in t["partitions"]), default=0))
        for t in found
    }


async def _settings(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> dict[str, dict[str, str]]:
    if not topics:
        return {}
    wanted = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
    resources = [r for answer in await admin.describe_configs(wanted) for r in answer.resources]
    return {name: {entry[0]: entry[1] for entry in entries} for _, _, _, name, entries in resources}
