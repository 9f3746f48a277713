"""One run of `recover`: look, copy, decide again, put in place; without the last step it is a rehearsal."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
from pydantic import SecretStr

from cli.doctor.snapshot import Connection
from cli.exits import Exit, Failed
from cli.recover import alive, copying, published
from cli.recover.deciding import Again
from cli.recover.inputs import Inputs, lost
from cli.recover.standing import Standing, compare, jump, look
from cli.recover.told import Told
from cli.recover.turns import Turns
from cli.service import kafka_lacks
from jembatan.chains import BadChains
from jembatan.client import Event
from jembatan.client.raw import Reader
from jembatan.contracts.matching.rounds import RoundFrozen
from jembatan.contracts.reporters import BadReporters, Reporters, load_reporters
from jembatan.engine.decision import Decider
from jembatan.engine.entry import Shape
from jembatan.engine.hub import intake
from jembatan.engine.migrate import pending
from jembatan.engine.records import Place
from jembatan.engine.roles import identifier
from jembatan.engine.service import Service
from jembatan.engine.settings import Settings
from jembatan.engine.wire import Wire
from jembatan.programmes import BadProgramme

Say = Callable[[str], None]
SKIP = """
UPDATE position SET next_offset = $3, last_at = NULL, last_checksum = NULL
WHERE topic = $1 AND partition = $2
"""
MARK = """
INSERT INTO {live}.lane_mark AS m (topic, partition, acknowledged, pruned) VALUES ($1, $2, $3, $4)
ON CONFLICT (topic, partition) DO UPDATE SET acknowledged = greatest(m.acknowledged, excluded.acknowledged),
    pruned = greatest(m.pruned, excluded.pruned)
"""


@dataclass
class Recovery:
    """One run for one service."""

    kafka: str
    postgres: str
    settings: Settings
    name: str
    say: Say
    dry_run: bool
    frozen_at: dict[str, datetime] = field(default_factory=dict)

    async def run(self) -> Told:
        """Failed says why it cannot be done, or not now; nothing is changed then."""
        service, reporters = made(self.name, self.settings, self.frozen_at)
        connection = await asyncpg.connect(self.postgres, timeout=10, server_settings=copying.UNHURRIED)
        try:
            async with Reader(self.kafka) as reader:
                await self._may_begin(connection, service)
                standing = await look(connection, reader, service, reporters, self.settings.partitions)
                if not standing.ahead:
                    return Told()
                return await self._recover(connection, reader, service, reporters, standing)
        finally:
            await connection.close(timeout=10)

    async def _may_begin(self, connection: Connection, service: Service) -> None:
        if found := await alive.alive(connection, self.kafka, self.name):
            raise Failed(Exit.NO, *found, f"Stop every worker of {self.name}, and run this again.")
        await connection.execute(f"SET search_path TO {identifier(self.name)}")
        if lacks := await kafka_lacks(service, self.settings):
            raise Failed(Exit.NO, lacks)
        if lacking := await pending(connection, service.migrations):
            raise Failed(
                Exit.NO, f"{self.name} lacks migrations: {', '.join(lacking)}; run `jembatan migrate` first."
            )

    async def _recover(
        self,
        connection: Connection,
        reader: Reader,
        service: Service,
        reporters: Reporters,
        standing: Standing,
    ) -> Told:
        await compare(connection, reader, self.name, standing)
        if not self.dry_run:
            await copying.raise_epochs(connection, self.name)
        before = await copying.state(connection, self.name)
        self.say(f"copying the tables of {self.name}")
        try:
            await copying.make(connection, service)
            gone = await jump(connection, standing)
            async for event in published.load(connection, reader, standing.heads, standing.bounds):
                self._remember(event)
            self.say(f"{standing.missing} facts and refusals are published that the database does not know")
            told = await self._again(connection, reader, service, reporters, standing)
            told.lost[:0] = gone
            if not self.dry_run:
                await self._put_back(connection, standing, before)
            return told
        finally:
            await copying.drop(connection, self.name)

    def _remember(self, event: Event) -> None:
        if isinstance(event.data, RoundFrozen) and event.data.state.frozen_at is not None:
            self.frozen_at[event.subject] = event.data.state.frozen_at

    async def _again(
        self,
        connection: Connection,
        reader: Reader,
        service: Service,
        reporters: Reporters,
        standing: Standing,
    ) -> Told:
        settings = self.settings
        wire = Wire(self.kafka, settings.request_timeout, f"jembatan-recover-{self.name}")
        await wire.start()
        pool = await copying.pool(self.postgres, self.name)
        try:
            inputs = Inputs(
                wire,
                intake(service, settings, reporters),
                standing.places,
                await reader.bounds(standing.places),
            )
            missing = list(lost(inputs.all))
            for one in inputs.all:
                if one.following > one.place.next_offset:
                    await connection.execute(SKIP, *one.source, one.following)
                    one.place = Place(one.following, one.place.at)
            decider = Decider(service, Shape(self.name, settings.partitions, settings.simulated))
            ends = {lane: bound.end for lane, bound in standing.bounds.items()}
            turns = Turns(service, decider, pool, inputs, settings.simulated)
            again = Again(turns, standing.heads, ends, self.say)
            again.told.lost += missing
            return await again.run()
        finally:
            await pool.close()
            await wire.stop()

    async def _put_back(self, connection: Connection, standing: Standing, before: tuple[object, ...]) -> None:
        self.say(f"putting the tables of {self.name} in place")
        async with connection.transaction():
            await copying.put_back(connection, self.name, before)
            if found := await alive.alive(connection, self.kafka, self.name):
                raise Failed(Exit.NO, *found, "Nothing was changed. Stop it, and run this again.")
            for lane, bound in sorted(standing.bounds.items()):
                sql = MARK.format(live=identifier(self.name))
                await connection.execute(sql, *lane, min(bound.end, standing.heads[lane]), bound.first)


def made(name: str, settings: Settings, frozen_at: Mapping[str, datetime]) -> tuple[Service, Reporters]:
    """The service by the settings of its process; Failed says what of their files is wrong."""
    module: Any = importlib.import_module(f"services.{name}.app")
    more = (frozen_at,) if name == "matching" else ()
    try:
        return module.service(settings, *more), load_reporters(settings.reporters)
    except (BadReporters, BadProgramme, BadChains, ValueError) as error:
        raise Failed(Exit.BAD_INPUT, str(error)) from error


def addressed(settings: Settings, kafka: str, postgres: str) -> Settings:
    """The settings with the servers that the command was given."""
    return settings.model_copy(update={"kafka": kafka, "postgres": SecretStr(postgres)})
