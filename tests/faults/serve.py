"""`jembatan service` for the faults: the toy's rules in the real host, a proxy before Kafka, a mutant.

Only here, in a test's process, can a safeguard of the engine be taken out; the engine knows nothing of it.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import aiokafka.client

import cli.service
from jembatan.engine.host import ServiceApp, host
from jembatan.engine.settings import Settings
from tests.faults.mutants import MUTANTS
from tests.support import toy

MUTANT = "JEMBATAN_TEST_MUTANT"
KAFKA_PORT = "JEMBATAN_TEST_KAFKA_PORT"
"""The port that stands for Kafka's: the broker names its own address to whoever asks, and the proxy's not."""


def through(port: int) -> None:
    """Let every connection to Kafka of this process go to `port`."""
    create = aiokafka.client.create_conn

    async def redirected(name: str, _: int, **more: Any) -> Any:  # noqa: ANN401
        return await create(name, port, **more)

    aiokafka.client.create_conn = redirected


def application(name: str, settings: Settings) -> ServiceApp:
    """The toy under the name of the service whose topics it borrows."""
    assert name == toy.service().name
    return host(toy.service(settings.partitions), settings)


def main() -> None:
    if port := os.environ.get(KAFKA_PORT):
        through(int(port))
    if mutant := os.environ.get(MUTANT):
        MUTANTS[mutant].take_out()
    cli.service.application = application
    cli.service.run(sys.argv[1])


if __name__ == "__main__":
    main()
