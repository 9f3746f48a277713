"""`jembatan status`: asks Kafka, PostgreSQL and each process how the services get on."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import asyncpg

from cli import places
from cli.exits import Exit, Failed
from cli.status_found import Process, ServiceStatus, Status
from cli.status_tables import Tables, tables
from jembatan.client import Cluster, Unreachable, cluster, ends, is_simulated, members
from jembatan.contracts.registry import SERVICES
from jembatan.topology import group_id

if TYPE_CHECKING:
    from cli.embedded.runtime import Runtime

# Loopback is never behind a proxy.
_WEB = urllib.request.build_opener(urllib.request.ProxyHandler({}))


async def look(kafka: str | None, postgres: str | None, folder: Path) -> Status:
    """Ask everything that is named, or that runs in `folder`; Failed if that is nothing."""
    here = places.runtime(folder)
    if here is None and not (kafka or postgres):
        places.kafka(None, folder)
    faults: list[str] = []
    address = kafka or (here.kafka if here else None)
    found = await _kafka(address, faults)
    simulated = await _time(address, found) if address and found else None
    named = await _postgres(postgres or (here.postgres if here else None), faults)
    offsets = await ends(address, _inputs(found)) if address and found else None
    working = await workers(address, SERVICES) if address and found else {}
    services = [await _service(name, here, named.get(name), offsets, working.get(name)) for name in SERVICES]
    if not found and not named:
        raise Failed(Exit.UNREACHABLE, *faults, "`jembatan up` starts everything.")
    return Status(address, found.id if found else None, simulated, tuple(services), tuple(faults))


async def well(look: Callable[[], Awaitable[Status]], within: float) -> Status:
    """Look again, once a second, until all is well or `within` seconds have passed; gives the last look.

    Failed, if nothing answers at the end either.
    """
    end = monotonic() + within
    while True:
        try:
            found = await look()
        except Failed:
            if monotonic() >= end:
                raise
        else:
            if found.is_well or monotonic() >= end:
                return found
        await asyncio.sleep(1)


async def _kafka(address: str | None, faults: list[str]) -> Cluster | None:
    if address is None:
        faults.append("No Kafka is named; give one by --kafka or JEMBATAN_KAFKA.")
        return None
    try:
        return await cluster(address)
    except Unreachable as error:
        faults.append(str(error))
        return None


async def _time(address: str, found: Cluster) -> str | None:
    topics = found.report_topics(SERVICES)
    if not topics:
        return None
    return "simulated" if await is_simulated(address, topics[0]) else "broker"


def _inputs(found: Cluster) -> dict[str, int]:
    topics = [*found.report_topics(SERVICES), *(f"{service}.facts" for service in SERVICES)]
    return {topic: found.partitions[topic] for topic in topics if topic in found.partitions}


async def _postgres(dsn: str | None, faults: list[str]) -> dict[str, Tables | str]:
    if dsn is None:
        faults.append("No PostgreSQL is named; give one by --postgres or JEMBATAN_POSTGRES.")
        return {}
    try:
        connection = await asyncpg.connect(dsn, timeout=10, command_timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        faults.append(f"PostgreSQL does not answer ({type(error).__name__}: {error}).")
        return {}
    try:
        return {service: await tables(connection, service) for service in SERVICES}
    finally:
        await connection.close(timeout=10)


async def _service(
    name: str,
    here: Runtime | None,
    found: Tables | str | None,
    offsets: dict[tuple[str, int], int] | None,
    working: int | None,
) -> ServiceStatus:
    pids = tuple(here.processes.get(name, ())) if here else ()
    urls = {key: url for key, url in here.urls.items() if key.partition("-")[0] == name} if here else {}
    processes = [await asyncio.to_thread(_ready, key, url) for key, url in sorted(urls.items())]
    waiting = lag(found, offsets) if isinstance(found, Tables) and offsets is not None else None
    expected = here is None or name in here.processes or bool(urls)
    return ServiceStatus(name, pids, tuple(processes), found, waiting, working, expected)


async def workers(kafka: str, services: Iterable[str]) -> dict[str, int]:
    """How many workers each service has in its Kafka group; one that was killed counts for a session more."""
    groups = {group_id(service): service for service in services}
    found = await members(kafka, groups)
    return {service: found.get(group, 0) for group, service in groups.items()}


def lag(found: Tables, offsets: dict[tuple[str, int], int]) -> int:
    """Records between a service's positions and the ends of the partitions that it reads."""
    return sum(max(0, offsets.get(place, done) - done) for place, done in found.positions.items())


def _ready(name: str, url: str) -> Process:
    try:
        with _WEB.open(f"{url}/readyz", timeout=3) as answer:
            body: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        body = _body(error)
    except (OSError, ValueError):
        return Process(name, ready=False)
    return Process(name, bool(body.get("ready")), tuple(body.get("partitions", ())))


def _body(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.load(error)
    except ValueError:
        return {}
    return found
