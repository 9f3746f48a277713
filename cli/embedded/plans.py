"""From a running stack to services that can start: topics, roles, schemas, and the services' settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import asyncpg
from aiokafka.errors import KafkaError

import services
from cli.embedded import ports
from cli.embedded.errors import EmbeddedError
from cli.embedded.options import Options
from cli.embedded.stack import EmbeddedStack, blocking
from cli.embedded.workers import Worker
from jembatan import topology
from jembatan.contracts.own_topics import own_topics
from jembatan.contracts.reporters import load_reporters
from jembatan.engine import roles, topics
from jembatan.engine.migrate import BadMigration, migrate

# A folder made with others of these cannot be used: records would have other times, subjects other lanes.
_FIXED = ("partitions", "message.timestamp.type")


def prepare(stack: EmbeddedStack, options: Options, say: Callable[[str], None]) -> None:
    """Makes topics, roles and schemas, or brings them up to date; EmbeddedError says what is wrong."""
    try:
        wanted = topology.topics(stack.plan, "embedded", options.time, reporters_topics(options))
        blocking(_topics(stack.kafka, wanted, say))
        blocking(_database(stack, options))
    except (topics.TopicsError, topology.TopologyError, BadMigration) as error:
        raise EmbeddedError(str(error)) from error
    except (KafkaError, asyncpg.PostgresError, OSError, TimeoutError) as error:
        raise EmbeddedError(
            f"The platform could not be prepared: {error!r}; see {stack.folder}/logs."
        ) from error


def reporters_topics(options: Options) -> list[str]:
    """The topics of reporters that have their own; EmbeddedError if the reporters cannot be read."""
    try:
        listed = load_reporters(options.reporters).reporter
    except ValueError as error:
        raise EmbeddedError(str(error)) from error
    return own_topics(listed, options.services)


async def _topics(bootstrap: str, wanted: list[topology.Topic], say: Callable[[str], None]) -> None:
    await topics.create(bootstrap, wanted)
    found = await topics.check(bootstrap, wanted)
    fixed = [str(difference) for difference in found if difference.what in _FIXED]
    if fixed:
        raise EmbeddedError(f"This folder was made with other settings ({fixed[0]}); choose another folder.")
    for difference in found:
        say(f"Topic {difference}.")


async def _database(stack: EmbeddedStack, options: Options) -> None:
    all_roles = topology.roles(stack.plan)
    passwords = {role.name: stack.vault.password(role.name) for role in all_roles}
    await roles.create_roles(stack.postgres, all_roles, passwords)
    for service in options.services:
        folder = Path(services.__path__[0]) / service / "migrations"
        owner = topology.role_name(service, "owner")
        await migrate(stack.postgres_for(owner), service, folder, owner)


def settings(stack: EmbeddedStack, options: Options, service: str, web_port: int) -> dict[str, str]:
    """The environment of one service's process."""
    return {
        "JEMBATAN_KAFKA": stack.kafka,
        "JEMBATAN_POSTGRES": stack.postgres_for(topology.role_name(service, "app")),
        "JEMBATAN_TIME": options.time,
        "JEMBATAN_PARTITIONS": str(stack.plan.installation("embedded").partitions),
        "JEMBATAN_WEB_PORT": str(web_port),
        "JEMBATAN_REPORTERS": str(options.reporters),
        "JEMBATAN_PROGRAMMES": str(options.programmes),
        "JEMBATAN_SESSION_TIMEOUT_MS": str(options.session_timeout_ms),
        "JEMBATAN_SECRET": stack.vault.secret(service),
    } | options.environment


def workers(stack: EmbeddedStack, options: Options) -> list[Worker]:
    """Every service's processes, not started yet, each with a port for its web pages."""
    wanted = [(service, number) for service in options.services for number in range(1, options.workers + 1)]
    return [_worker(stack, options, service, number) for service, number in wanted]


def _worker(stack: EmbeddedStack, options: Options, service: str, number: int) -> Worker:
    name = service if number == 1 else f"{service}-{number}"
    asked = options.web_ports.get(service) if number == 1 else None
    port = ports.choose(stack.folder, f"web-{name}", asked)
    environment = settings(stack, options, service, port)
    return Worker(name, service, [*options.command, service], stack.folder, environment, port)
