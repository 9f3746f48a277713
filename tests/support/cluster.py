"""Kafka as a cluster of three, each broker and controller in one, for faults that need a fail-over."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from confluent_kafka import admin
from confluent_kafka.admin import AdminClient

from cli.embedded import jars, ports
from cli.embedded.initdb import SUPERUSER
from cli.embedded.kafka import Kafka, cluster_id
from cli.embedded.postgres import Postgres
from cli.embedded.stack import EmbeddedStack
from jembatan import topology

NODES = 3
ENOUGH = 2
"""How many copies must have a record before it is acknowledged."""


class Node(Kafka):
    """One broker and controller of several. `voters`: all of them, as Kafka's setting of that name has it."""

    def __init__(
        self,
        number: int,
        folder: Path,
        parts: list[Path],
        settings: Mapping[str, str],
        voters: str,
        cluster: str,
    ) -> None:
        super().__init__(folder, parts, settings)
        self.number, self.voters, self.cluster = number, voters, cluster

    def _write(self, name: str, controller: int, data: str) -> str:
        file = super()._write(name, controller, data)
        own = f"node.id={self.number}\ncontroller.quorum.voters={self.voters}\n"
        with Path(file).open("a") as more:
            more.write(own)
        return file


class ClusterStack(EmbeddedStack):
    """PostgreSQL and three Kafka nodes; every topic has three copies, of which two acknowledge."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, plan=three(topology.load()))
        self.nodes: list[Node] = []

    @property
    def kafka(self) -> str:
        return ",".join(node.address for node in self.nodes)

    def _start(self) -> None:
        folders = [self.folder / f"node{number}" for number in range(1, NODES + 1)]
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        quorum = [ports.choose(folder, "kafka-controller") for folder in folders]
        voters = ",".join(f"{n}@127.0.0.1:{port}" for n, port in enumerate(quorum, 1))
        settings, parts = self.plan.broker_settings("embedded"), jars.classpath(self.say)
        cluster = cluster_id(uuid.uuid4().bytes)
        self.nodes = [Node(n, f, parts, settings, voters, cluster) for n, f in enumerate(folders, 1)]
        server = self.plan.database.server
        self._postgres = Postgres(self.folder, self.vault.password(SUPERUSER), None, server)
        for node in self.nodes:
            node.spawn()
        self.start_postgres()
        for node in self.nodes:
            node.wait_ready(120)

    def stop(self) -> None:
        for node in self.nodes:
            if node.child:
                node.child.ask()
        for node in self.nodes:
            node.stop()
        super().stop()

    def kill(self, *numbers: int) -> None:
        """SIGKILL to these nodes."""
        for number in numbers:
            self.nodes[number - 1].kill()

    def revive(self, *numbers: int) -> None:
        """Start these nodes again, on their data."""
        for number in numbers:
            self.nodes[number - 1].spawn()
        for number in numbers:
            self.nodes[number - 1].wait_ready(120)

    def leaders(self, topic: str) -> dict[int, int]:
        """The node that leads each partition of a topic, as the cluster says; -1 for none."""
        found = AdminClient({"bootstrap.servers": self.kafka}).list_topics(topic, timeout=20).topics[topic]
        return {number: partition.leader for number, partition in found.partitions.items()}

    def in_sync(self, topic: str) -> dict[int, Sequence[int]]:
        """The nodes whose copy of each partition is up to date."""
        found = AdminClient({"bootstrap.servers": self.kafka}).list_topics(topic, timeout=20).topics[topic]
        return {number: list(partition.isrs) for number, partition in found.partitions.items()}

    def configure(self, topic: str, name: str, value: str) -> None:
        """Give a topic a setting."""
        made: Any = admin
        entry = made.ConfigEntry(name, value, incremental_operation=made.AlterConfigOpType.SET)
        resource = made.ConfigResource(made.ResourceType.TOPIC, topic, incremental_configs=[entry])
        client = AdminClient({"bootstrap.servers": self.kafka})
        for future in client.incremental_alter_configs([resource]).values():
            future.result(20)

    def await_in_sync(self, topic: str, within: float = 90.0) -> None:
        """Wait until every copy is up to date."""
        deadline = monotonic() + within
        while any(len(copies) < NODES for copies in self.in_sync(topic).values()):
            assert monotonic() < deadline, f"not in sync: {self.in_sync(topic)}"
            sleep(0.3)


def three(plan: topology.Topology) -> topology.Topology:
    """The same plan with three copies of everything."""
    chosen = plan.installation("embedded")
    copies = chosen.model_copy(update={"replication": NODES, "min_insync_replicas": ENOUGH})
    return plan.model_copy(update={"installations": {**plan.installations, "embedded": copies}})
