"""`jembatan service` for the faults: the toy's rules in the real host, a proxy before Kafka, a mutant.

Only here, in a test's process, can a safeguard of the engine be taken out; the engine knows nothing of it.
"""

from __future__ import annotations

import os
import random
import sys
from typing import Any

import aiokafka
import aiokafka.client
from asyncpg import DeadlockDetectedError, SerializationError

import cli.service
from jembatan.engine import membership, outbox
from jembatan.engine.host import ServiceApp, host
from jembatan.engine.settings import Settings
from tests.faults.mutants import MUTANTS
from tests.faults.mutants.deciding import replace
from tests.support import toy

MUTANT = "JEMBATAN_TEST_MUTANT"
ERRORS = "JEMBATAN_TEST_ERRORS"
"""A seed: one transaction in ten fails at its end as PostgreSQL lets one fail."""
GROUP = "JEMBATAN_TEST_GROUP"
"""Another consumer group than the service's: the process takes every partition, whoever else has it."""
KAFKA_PORT = "JEMBATAN_TEST_KAFKA_PORT"
"""The port that stands for Kafka's: the broker names its own address to whoever asks, and the proxy's not."""


def through(port: int) -> None:
    """Let every connection to Kafka of this process go to `port`."""
    create = aiokafka.client.create_conn

    async def redirected(name: str, _: int, **more: Any) -> Any:  # noqa: ANN401
        return await create(name, port, **more)

    aiokafka.client.create_conn = redirected


def failing(seed: int) -> None:
    """Let one batch in ten fail when all is written, with what PostgreSQL gives the victim of a conflict."""
    chance, place = random.Random(seed), outbox.append

    async def append(*arguments: Any) -> outbox.Placed:  # noqa: ANN401
        touched = await place(*arguments)
        if touched and chance.random() < 0.1:
            raise chance.choice((DeadlockDetectedError, SerializationError))("given by the test")
        return touched

    replace(outbox, append=append)


def apart(group: str) -> None:
    """Let this process share partitions with nobody of the service."""
    make = aiokafka.AIOKafkaConsumer

    def consumer(*arguments: Any, **more: Any) -> Any:  # noqa: ANN401
        return make(*arguments, **(more | {"group_id": group}))

    replace(membership, AIOKafkaConsumer=consumer)


def application(name: str, settings: Settings) -> ServiceApp:
    """The toy under the name of the service whose topics it borrows."""
    assert name == toy.service().name
    return host(toy.service(settings.partitions), settings)


def main() -> None:
    if port := os.environ.get(KAFKA_PORT):
        through(int(port))
    if seed := os.environ.get(ERRORS):
        failing(int(seed))
    if group := os.environ.get(GROUP):
        apart(group)
    if mutant := os.environ.get(MUTANT):
        MUTANTS[mutant].take_out()
    cli.service.application = application
    cli.service.run(sys.argv[1])


if __name__ == "__main__":
    main()
