"""The whole examination: which checks there are, and in which order they look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import asyncpg

import services as house
from cli.doctor import backlog, lanes, once, outlived, personal, positions, reported, rights, seats
from cli.doctor.answers import Answers
from cli.doctor.copies import COPIES, Copied, Copies, reads
from cli.doctor.finding import Finding, Found
from cli.doctor.kinds import Kind
from cli.doctor.ledger import Ledger
from cli.doctor.scan import Progress, Scan
from cli.doctor.sequences import Sequences
from cli.doctor.snapshot import Connection, Snapshot, snapshot
from jembatan import topology
from jembatan.client import Cluster, cluster
from jembatan.client.cluster import CREATE_TIME, TIMESTAMPS, settings_of
from jembatan.client.raw import Reader
from jembatan.contracts.registry import SERVICES
from jembatan.engine.migrate import pending
from jembatan.engine.roles import identifier

HEARD = "SELECT subject, sequence FROM heard WHERE topic = $1 AND noun = $2"
READABLE = "SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = $1"
EVERY = 2.0
DAY_MS = 86_400_000
Say = Callable[[str], None]


@dataclass(slots=True)
class Result:
    """What was found, of how many records, and whose time the platform goes by."""

    found: Found = field(default_factory=Found)
    records: int = 0
    simulated: bool = False
    services: tuple[str, ...] = ()


@dataclass(slots=True)
class Examination:
    """One run of doctor against a Kafka and a PostgreSQL."""

    kafka: str
    postgres: str
    say: Say
    result: Result = field(default_factory=Result)
    _total: int = 0
    _told_at: float = field(default_factory=monotonic)

    async def run(self) -> Result:
        """Every check; raises what the client and asyncpg raise if a server does not answer."""
        known = await cluster(self.kafka)
        async with AsyncExitStack() as stack:
            ledger = stack.enter_context(Ledger())
            reader = await stack.enter_async_context(Reader(self.kafka))
            await self._settings(known)
            await self._rights()
            # Readers first: what they have heard was published before.
            chosen = [name for name in reversed(SERVICES) if await self._is_there(name)]
            taken = {
                name: await stack.enter_async_context(snapshot(self.postgres, reader, name, known.partitions))
                for name in chosen
            }
            self.result.services = tuple(taken)
            await self._look(taken, reader, known)
            await self._read(taken, reader, ledger)
        return self.result

    async def _settings(self, known: Cluster) -> None:
        homes = [f"{name}.reports" for name in SERVICES if f"{name}.reports" in known.partitions]
        settings = await settings_of(self.kafka, homes)
        self.result.simulated = any(one.get(TIMESTAMPS) == CREATE_TIME for one in settings.values())
        if self.result.simulated:
            return
        plan = topology.load().service("matching")
        days = dict.fromkeys(known.report_topics(["matching"]), plan.reports_days)
        days["matching.refusals"] = plan.refusals_days
        kept = await settings_of(self.kafka, [topic for topic in days if topic in known.partitions])
        for topic, one in kept.items():
            most = days[topic] * DAY_MS
            self.result.found.add(
                personal.retention("matching", topic, int(one.get("retention.ms", -1)), most)
            )

    async def _rights(self) -> None:
        self.say("rights of roles")
        connection = await asyncpg.connect(self.postgres, timeout=10, command_timeout=60)
        try:
            self.result.found.add(await rights.check(connection, topology.roles(topology.load())))
        finally:
            await connection.close(timeout=10)

    async def _is_there(self, service: str) -> bool:
        connection = await asyncpg.connect(self.postgres, timeout=10, command_timeout=60)
        try:
            lack = await _lack(connection, service)
        finally:
            await connection.close(timeout=10)
        self.result.found.add([lack] if lack else [])
        return lack is None

    async def _look(self, taken: Mapping[str, Snapshot], reader: Reader, known: Cluster) -> None:
        for name, one in taken.items():
            self.say(f"{name}: lanes, positions, backlog")
            add = self.result.found.add
            add(await lanes.check(one.connection, name, known.id))
            wanted = [*known.report_topics([name]), *reads(name)]
            add(await positions.check(one, reader, wanted, known.partitions))
            add(await backlog.check(one, reader, simulated=self.result.simulated))
            if name == "matching":
                add(await seats.check(one.connection))
                add(await once.check(one.connection))
                add(await outlived.check(one.connection))

    async def _read(self, taken: Mapping[str, Snapshot], reader: Reader, ledger: Ledger) -> None:
        self._total = sum(map(_to_read, taken.values()))
        copies = [await _heard(one, taken[one.reader], ledger) for one in COPIES if one.reader in taken]
        for name, one in taken.items():
            self.say(f"{name}: facts, refusals and reports")
            maps = (ledger.map(f"{name}_{part}") for part in ("answered", "ids", "decided"))
            answers = Answers(name, *maps)
            mine = [c for c in copies if c.copied.topic.startswith(f"{name}.")]
            sequences = Sequences(name, ledger.map(f"{name}_last"))
            names = one.connection if name == "matching" else None
            scan = Scan(one, reader, self.result.found, sequences, answers, mine, self._progress(name), names)
            await scan.run()
            await reported.check(one, reader, answers, self.result.found, self._progress(name))
        for copy in copies:
            await self._copied(copy, taken[copy.copied.reader])

    async def _copied(self, copies: Copies, reader: Snapshot) -> None:
        if copies.copied.topic.partition(".")[0] not in self.result.services:
            return
        # Tables are constants of this package.
        async for row in reader.each(f"SELECT id, state FROM {copies.copied.table}"):  # noqa: S608
            self.result.found.add(copies.copy(row["id"], row["state"]))
        self.result.found.add(copies.rest())

    def _progress(self, name: str) -> Progress:
        def moved(number: int) -> None:
            self.result.records += number
            if monotonic() - self._told_at > EVERY:
                self._told_at = monotonic()
                self.say(f"{name}: {self.result.records} of {self._total} records read")

        return moved


async def _heard(copied: Copied, reader: Snapshot, ledger: Ledger) -> Copies:
    copies = Copies(copied, ledger.map(f"heard_{copied.reader}_{copied.noun}"))
    async for row in reader.each(HEARD, copied.topic, copied.noun):
        copies.hear(row["subject"], row["sequence"])
    return copies


def _to_read(taken: Snapshot) -> int:
    """How many records there are to read: facts, refusals, and reports up to the positions."""
    outputs = sum(max(lane.head, lane.end) - lane.first for lane in taken.lanes)
    reports = [one for one in taken.positions if one.topic.startswith(f"{taken.service}.reports")]
    known = [(one, taken.inputs[one.place]) for one in reports if one.place in taken.inputs]
    return outputs + sum(max(0, min(one.next_offset, there.end) - there.first) for one, there in known)


async def _lack(connection: Connection, service: str) -> Finding | None:
    """Why a service's schema cannot be examined."""
    where = f"schema {service}"
    if await connection.fetchval(READABLE, service) is False:
        what = f"{await connection.fetchval('SELECT current_user')} may not use it"
        return Finding(Kind.NOT_READABLE, service, where, what)
    await connection.execute(f"SET search_path TO {identifier(service)}")
    lacking = await pending(connection, Path(house.__path__[0]) / service / "migrations")
    return Finding(Kind.NOT_MIGRATED, service, where, f"it lacks {', '.join(lacking)}") if lacking else None
