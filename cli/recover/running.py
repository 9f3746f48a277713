"""One run of `recover`: look, copy, decide again, put in place; without the last step it is a rehearsal."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
from pydantic import SecretStr

from cli.doctor.snapshot import LANES, POSITIONS, Connection, fetched
from cli.exits import Exit, Failed
from cli.recover import alive, copying, published
from cli.recover.deciding import Again, Told
from cli.recover.inputs import Inputs, lost
from cli.recover.published import Lane
from jembatan.chains import BadChains
from jembatan.client import Event
from jembatan.client.raw import Bounds, Reader
from jembatan.contracts.matching.rounds import RoundFrozen
from jembatan.contracts.reporters import BadReporters, Reporters, load_reporters
from jembatan.engine.decision import Decider
from jembatan.engine.entry import Shape
from jembatan.engine.hub import intake, output_topics, report_topics
from jembatan.engine.migrate import pending
from jembatan.engine.records import Place, Source
from jembatan.engine.roles import identifier
from jembatan.engine.service import Service
from jembatan.engine.settings import Settings
from jembatan.engine.tail import id_of
from jembatan.engine.wire import Wire
from jembatan.programmes import BadProgramme

Say = Callable[[str], None]
MINE = """
SELECT place, id, value FROM {live}.outbox
WHERE topic = $1 AND partition = $2 AND place > $3 AND place <= $4
"""
JUMP = "UPDATE lane_head SET head = $3 WHERE topic = $1 AND partition = $2"
SKIP = """
UPDATE position SET next_offset = $3, last_at = NULL, last_checksum = NULL
WHERE topic = $1 AND partition = $2
"""
MARK = """
INSERT INTO {live}.lane_mark AS m (topic, partition, acknowledged, pruned) VALUES ($1, $2, $3, $4)
ON CONFLICT (topic, partition) DO UPDATE SET acknowledged = greatest(m.acknowledged, excluded.acknowledged),
    pruned = greatest(m.pruned, excluded.pruned)
"""


@dataclass(slots=True)
class Standing:
    """How far a service's database and its topics are."""

    heads: dict[Lane, int]
    acknowledged: dict[Lane, int]
    bounds: dict[Lane, Bounds]
    places: dict[Source, Place]

    @property
    def ahead(self) -> list[Lane]:
        """Lanes that have more than was decided."""
        return [lane for lane, bound in sorted(self.bounds.items()) if bound.end > self.heads[lane]]

    @property
    def missing(self) -> int:
        return sum(self.bounds[lane].end - self.heads[lane] for lane in self.ahead)


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
                standing = await self._look(connection, reader, service, reporters)
                if not standing.ahead:
                    return Told()
                return await self._recover(connection, reader, service, reporters, standing)
        finally:
            await connection.close(timeout=10)

    async def _may_begin(self, connection: Connection, service: Service) -> None:
        if found := await alive.alive(connection, self.kafka, self.name):
            raise Failed(Exit.NO, *found, f"Stop every worker of {self.name}, and run this again.")
        await connection.execute(f"SET search_path TO {identifier(self.name)}")
        if lacking := await pending(connection, service.migrations):
            raise Failed(
                Exit.NO, f"{self.name} lacks migrations: {', '.join(lacking)}; run `jembatan migrate` first."
            )

    async def _look(
        self, connection: Connection, reader: Reader, service: Service, reporters: Reporters
    ) -> Standing:
        numbers = range(self.settings.partitions)
        outputs = [(topic, number) for topic in output_topics(self.name) for number in numbers]
        marks = {_lane(row): row for row in await fetched(connection, "SELECT * FROM lane_mark")}
        heads = {_lane(row): row["head"] for row in await fetched(connection, LANES)}
        inputs = {*report_topics(service, reporters), *(f"{other}.facts" for other in service.reads)}
        rows = [row for row in await fetched(connection, POSITIONS) if row["topic"] in inputs]
        return Standing(
            heads={lane: heads.get(lane, 0) for lane in outputs},
            acknowledged={lane: marks[lane]["acknowledged"] if lane in marks else 0 for lane in outputs},
            bounds=await reader.bounds(outputs),
            places={_lane(row): _place(row) for row in rows},
        )

    async def _recover(
        self,
        connection: Connection,
        reader: Reader,
        service: Service,
        reporters: Reporters,
        standing: Standing,
    ) -> Told:
        await self._compare(connection, reader, standing)
        if not self.dry_run:
            await copying.raise_epochs(connection, self.name)
        before = await copying.state(connection, self.name)
        self.say(f"copying the tables of {self.name}")
        try:
            await copying.make(connection, service)
            gone = await self._jump(connection, standing)
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

    async def _compare(self, connection: Connection, reader: Reader, standing: Standing) -> None:
        """Failed if the database has decided something else since it was restored."""
        for lane, bound in sorted(standing.bounds.items()):
            after = max(standing.acknowledged[lane], bound.first)
            upto = min(standing.heads[lane], bound.end)
            if upto <= after:
                continue
            sql = MINE.format(live=identifier(self.name))
            mine = {row["place"]: row["id"] for row in await connection.fetch(sql, *lane, after, upto)}
            async for records in reader.records(lane, after, upto):
                for record in records:
                    if str(mine.get(record.offset + 1)) != str(id_of(record.value)):
                        raise Failed(
                            Exit.NO,
                            f"At place {record.offset + 1} of {lane[0]}/{lane[1]} the database has something "
                            "else than the topic: it went on deciding after it was restored.",
                            "Restore the backup once more, start nothing on it, and run this again.",
                        )

    async def _jump(self, connection: Connection, standing: Standing) -> list[str]:
        """Go over what the outputs no longer keep; gives what that is."""
        gone = []
        for lane in standing.ahead:
            head, first = standing.heads[lane], standing.bounds[lane].first
            if first > head:
                await connection.execute(JUMP, *lane, first)
                gone.append(f"{lane[0]}/{lane[1]}: places {head + 1} to {first} are no longer kept")
                standing.heads[lane] = first
        return gone

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
            again = Again(
                service,
                Decider(service, Shape(self.name, settings.partitions, settings.simulated)),
                pool,
                inputs,
                standing.heads,
                {lane: bound.end for lane, bound in standing.bounds.items()},
                report_topics(service, reporters),
                settings.simulated,
                self.say,
            )
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


def _lane(row: Mapping[str, Any]) -> Lane:
    return row["topic"], row["partition"]


def _place(row: Mapping[str, Any]) -> Place:
    return Place(row["next_offset"], row["at"], row["last_at"], row["last_checksum"])
