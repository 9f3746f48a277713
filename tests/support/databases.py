"""Databases put in the place of others, as a restore does, and topics that are emptied."""

from __future__ import annotations

from typing import Any

import asyncpg
from confluent_kafka import TopicPartition
from confluent_kafka import admin as kafka_admin

from cli.embedded.stack import EmbeddedStack


async def copied(stack: EmbeddedStack, source: str, target: str) -> None:
    """Make one database a copy of another, as a file-level restore would; nobody may be connected."""
    connection = await asyncpg.connect(stack.server.dsn("postgres"))
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {target} TEMPLATE {source}")
    finally:
        await connection.close()


def emptied(kafka: str, topic: str, partitions: int = 4) -> None:
    """Delete every record of a topic; its offsets go on."""
    admin: Any = kafka_admin.AdminClient({"bootstrap.servers": kafka})
    places = [TopicPartition(topic, number, -1) for number in range(partitions)]
    for done in admin.delete_records(places).values():
        done.result(10)
