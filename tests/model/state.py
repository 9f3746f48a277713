"""The model's state: two workers, PostgreSQL's rows, the broker's partitions, and the wire between."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Append(NamedTuple):
    """One fact that deciding a report adds: the lane it goes to and the subject it is about."""

    lane: int
    subject: str


class Report(NamedTuple):
    """One record of an input partition. An unreadable one has no id to claim; it still gets its refusal."""

    name: str
    appends: tuple[Append, ...]
    has_id: bool = True


class Fact(NamedTuple):
    """What was decided: its cause, its subject, and its number among that subject's facts (from 1)."""

    cause: str
    subject: str
    sequence: int


class Row(NamedTuple):
    """A fact at its place (from 1) in a lane: a row of the outbox, or a record of the output partition."""

    place: int
    fact: Fact


class LaneRow(NamedTuple):
    """What PostgreSQL holds about one lane. `decided` is history, kept by the model to check against."""

    head: int = 0
    epoch: int = 0
    acknowledged: int = 0
    decided: tuple[Row, ...] = ()
    outbox: tuple[Row, ...] = ()


class Batch(NamedTuple):
    """First and last sequence number of a produce request that a broker remembers."""

    first: int
    last: int


class ProducerState(NamedTuple):
    """What the broker knows of one producer id in one partition: its last five batches, newest last."""

    producer: str
    batches: tuple[Batch, ...]


class OutputPartition(NamedTuple):
    """A lane's output partition on the broker: the log, and the producers seen in it."""

    log: tuple[Row, ...] = ()
    producers: tuple[ProducerState, ...] = ()


class Owner(NamedTuple):
    """One taking of a lane: answers to its requests reach this taking only."""

    worker: int
    epoch: int


class Request(NamedTuple):
    """A produce request on the wire; it may arrive at any later time."""

    producer: str
    owner: Owner
    lane: int
    sequence: int
    rows: tuple[Row, ...]


class Claimed(NamedTuple):
    """A report inside a transaction, and whether its id was known when the transaction looked."""

    report: Report
    known: bool


class Transaction(NamedTuple):
    """A transaction over a batch: `reading` (before its locks), `loaded` (locked), then `numbered`."""

    stage: str
    partition: int
    offset: int
    batch: tuple[Claimed, ...]
    subjects: frozenset[Append]
    versions: tuple[tuple[Append, int], ...] = ()
    rows: tuple[tuple[int, Row], ...] = ()


class End(NamedTuple):
    """An output partition as read when taking the lane."""

    log: tuple[Row, ...]

    @property
    def records(self) -> int:
        return len(self.log)


class Lost(NamedTuple):
    """Which server has lost what it had acknowledged, and the lanes' epochs when it did."""

    server: str
    epochs: tuple[int, ...]


class Marks(NamedTuple):
    """A lane's rows in PostgreSQL as read when taking it: what was decided, and what is acknowledged."""

    decided: tuple[Row, ...]
    acknowledged: int


class Publisher(NamedTuple):
    """A worker's hold on a lane: `taking` it, `comparing` the two ends, then `running`."""

    stage: str
    epoch: int
    owner: Owner
    acknowledged: int
    next_place: int = 0
    next_sequence: int = 0
    in_flight: tuple[Request, ...] = ()
    confirmed: bool = False
    failed: bool = False
    read: End | Marks | None = None


class Worker(NamedTuple):
    """A process: the offsets at which it believes to own partitions, its transaction, and its lanes."""

    believed: tuple[int | None, ...]
    work: Transaction | None
    lanes: tuple[Publisher | None, ...]


class Budget(NamedTuple):
    """How often each thing that makes the search grow may still happen."""

    lane_takes: int = 0
    partition_takes: int = 0
    crashes: int = 0
    kills: int = 0
    expiries: int = 0
    losses: int = 0
    truncations: int = 0


class State(NamedTuple):
    """Everything at one moment. `halt`: why a worker stopped a lane; `lost`: which server lost what."""

    positions: tuple[int, ...]
    seen: frozenset[str]
    versions: tuple[tuple[Append, int], ...]
    lanes: tuple[LaneRow, ...]
    partitions: tuple[OutputPartition, ...]
    workers: tuple[Worker, ...]
    wire: tuple[Request, ...]
    budget: Budget
    halt: str | None = None
    lost: Lost | None = None


class Step(NamedTuple):
    """What happened, and the state after it. Told as parts, so that text is made for printed traces only."""

    verb: str
    about: tuple[object, ...]
    after: State


def put(items: tuple[T, ...], index: int, item: T) -> tuple[T, ...]:
    """`items` with the one at `index` replaced."""
    return (*items[:index], item, *items[index + 1 :])


def spend(budget: Budget, **used: int) -> Budget:
    """The budget after one use of each named thing."""
    return budget._replace(**{name: getattr(budget, name) - count for name, count in used.items()})
