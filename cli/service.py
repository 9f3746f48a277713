"""`jembatan service NAME`: one service in this process, once everything that it needs is there."""

from __future__ import annotations

import asyncio
import importlib
import logging.config
import sys
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog
from pydantic import ValidationError

from cli.exits import Exit, Failed
from cli.logs import configure
from jembatan.chains import BadChains
from jembatan.client.cluster import cluster
from jembatan.client.errors import Unreachable
from jembatan.contracts.registry import SERVICES
from jembatan.contracts.reporters import BadReporters, load_reporters
from jembatan.engine.hub import output_topics, report_topics
from jembatan.engine.migrate import pending
from jembatan.engine.settings import Settings
from jembatan.programmes import BadProgramme

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from jembatan.engine.host import ServiceApp
    from jembatan.engine.service import Service

EVERY = 0.5
REMIND = 30.0
Ask = Callable[[], Awaitable[str | None]]

log = structlog.get_logger("jembatan.service")


def run(name: str) -> None:
    """Run a service until it is told to stop; ends the process. Raises Failed before that."""
    known(name)
    settings = settings_of_environment()
    logging_config = configure(settings.log_level, readable=sys.stdout.isatty())
    logging.config.dictConfig(logging_config)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    app = application(name, settings)
    loop.run_until_complete(until_there(app.engine.service, settings))
    worker = app.Worker(
        loop=loop, loglevel=settings.log_level, logging_config=logging_config, redirect_stdouts=False
    )
    worker.execute_from_commandline()


def known(name: str) -> None:
    """Raises Failed for a name that no service has."""
    if name not in SERVICES:
        raise Failed(Exit.BAD_INPUT, f"There is no service {name!r}; there are {', '.join(SERVICES)}.")


def settings_of_environment() -> Settings:
    """The settings; Failed names every one that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise Failed(Exit.BAD_INPUT, *map(fault, error.errors())) from error


def fault(found: ErrorDetails) -> str:
    """A wrong setting as a sentence, after its variable if it is about one alone."""
    name = "_".join(map(str, found["loc"])).upper()
    return f"JEMBATAN_{name}: {found['msg']}" if name else found["msg"]


def application(name: str, settings: Settings) -> ServiceApp:
    """The service's Faust app; Failed says what of its settings' files is wrong."""
    module: Any = importlib.import_module(f"services.{name}.app")
    try:
        load_reporters(settings.reporters)
        made: ServiceApp = module.app(settings)
    except (BadReporters, BadProgramme, BadChains) as error:
        raise Failed(Exit.BAD_INPUT, str(error)) from error
    return made


async def until_there(service: Service, settings: Settings) -> None:
    """Return when Kafka has the topics and PostgreSQL the migrated schema; log what is waited for."""
    asks: tuple[Ask, ...] = (
        lambda: kafka_lacks(service, settings),
        lambda: postgres_lacks(service, settings),
    )
    for ask in asks:
        await _until(ask, service.name)


async def _until(ask: Ask, name: str) -> None:
    told, at = "", -REMIND
    while lacks := await ask():
        now = time.monotonic()
        if lacks != told or now - at > REMIND:
            log.info(f"{name} waits: {lacks}", action="waiting")
            told, at = lacks, now
        await asyncio.sleep(EVERY)


async def kafka_lacks(service: Service, settings: Settings) -> str | None:
    """What is missing on Kafka, as a sentence; raises Failed if waiting cannot mend it."""
    try:
        there = (await cluster(settings.kafka)).partitions
    except Unreachable as error:
        return str(error)
    wanted = needed_topics(service, settings)
    if missing := sorted(wanted.keys() - there.keys()):
        names = ", ".join(missing)
        return f"{settings.kafka} has no topics {names}; `jembatan topics --create` makes them."
    wrong = [
        f"{topic} has {there[topic]}" for topic, count in sorted(wanted.items()) if there[topic] != count
    ]
    if wrong:
        raise Failed(
            Exit.BAD_INPUT,
            f"JEMBATAN_PARTITIONS is {settings.partitions}, but {', '.join(wrong)}. It is one number for "
            "the whole installation.",
        )
    return None


def needed_topics(service: Service, settings: Settings) -> dict[str, int]:
    """The topics that a service reads and writes, and their numbers of partitions."""
    names = report_topics(service, load_reporters(settings.reporters))
    names += output_topics(service.name) + [f"{other}.facts" for other in service.reads]
    return dict.fromkeys(names, settings.partitions)


async def postgres_lacks(service: Service, settings: Settings) -> str | None:
    """What is missing in PostgreSQL, as a sentence. Never with the password."""
    try:
        connection = await asyncpg.connect(
            settings.postgres.get_secret_value(), timeout=10, server_settings={"search_path": service.name}
        )
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return f"PostgreSQL does not let {service.name} in ({type(error).__name__}: {error})."
    try:
        lacking = await pending(connection, service.migrations)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return f"PostgreSQL does not show the schema {service.name} ({error})."
    finally:
        await connection.close(timeout=10)
    if not lacking:
        return None
    return f"migrations are missing: {', '.join(lacking)}; `jembatan migrate {service.name}` applies them."
