"""One Kafka and PostgreSQL for all tests of the engine; every test uses subjects of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from cli.embedded.stack import EmbeddedStack
from jembatan.engine.wire import Wire
from tests.support import engines


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    with EmbeddedStack(tmp_path_factory.mktemp("engine")) as running:
        asyncio.run(engines.prepare(running))
        yield running


@pytest.fixture
async def wire(stack: EmbeddedStack) -> AsyncIterator[Wire]:
    found = Wire(stack.kafka, 10.0)
    await found.start()
    yield found
    await found.stop()
