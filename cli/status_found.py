"""What `jembatan status` finds, and when all of it is well."""

from __future__ import annotations

from dataclasses import dataclass, field

from cli.status_tables import Tables


@dataclass(frozen=True, slots=True)
class Process:
    """One process's `/readyz`; None for what it did not say."""

    name: str
    ready: bool
    partitions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One service; None for what is not known.

    `workers`: members of its Kafka group, wherever they run; `lag`: records that wait to be decided;
    `backlog`: facts that wait to be published; `is_expected`: it was to run.
    """

    name: str
    pids: tuple[int, ...]
    processes: tuple[Process, ...]
    tables: Tables | str | None
    lag: int | None
    workers: int | None = None
    is_expected: bool = True

    @property
    def is_missing(self) -> bool:
        """Nobody works for it. Whether those who do get on, each tells on its own `/readyz`."""
        return self.is_expected and self.workers == 0

    @property
    def is_well(self) -> bool:
        known = isinstance(self.tables, Tables)
        halted = isinstance(self.tables, Tables) and bool(self.tables.halted)
        ready = all(process.ready for process in self.processes)
        return known and not halted and not self.is_missing and ready


@dataclass(frozen=True, slots=True)
class Status:
    """The whole platform. `faults` are sentences about what does not answer."""

    kafka: str | None
    cluster: str | None
    time: str | None
    services: tuple[ServiceStatus, ...]
    faults: tuple[str, ...] = field(default=())

    @property
    def is_well(self) -> bool:
        return not self.faults and all(service.is_well for service in self.services)
