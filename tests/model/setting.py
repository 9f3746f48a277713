"""What one run of the model explores: the reports, the safeguards in force, and how much may happen."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.model import servers
from tests.model.state import Budget, LaneRow, OutputPartition, Report, Row, State, Worker


@dataclass(frozen=True)
class Safeguards:
    """Each safeguard of the protocol, on as built. A mutant is these with some of them off."""

    lane_locked: bool = True  # places are given under the lane's row lock, not by a database sequence
    position_compared: bool = True  # a save moves the position only from the offset it began at
    ids_known: bool = True  # else no report's id is known from before
    publish_after_commit: bool = True  # else facts are sent when they have their places
    ids_claimed: bool = True  # ids are claimed by an insert that waits, not read before the locks
    subject_locked: bool = True
    lane_owns_producer_id: bool = True  # else each taking has a producer id of its own
    sequence_is_place: bool = True  # else the worker counts what it sends
    first_record_alone: bool = True  # after taking a lane: one record, and its answer awaited
    prune_acknowledged_only: bool = True  # else outbox rows go when they are sent
    retake_raises_epoch: bool = True
    mark_compares_epoch: bool = True
    halt_compares_epoch: bool = True
    kafka_read_first: bool = True  # on taking a lane; else PostgreSQL is read first
    rows_dense: bool = True  # a missing row lets the lane go
    answer_offset_checked: bool = True
    ends_compared: bool = True  # on taking a lane: its end with what was decided and acknowledged
    tail_compared: bool = True  # every record past the acknowledged mark with its row, not the last alone


@dataclass(frozen=True)
class Setting:
    """One bounded exploration.

    `inputs` are the input partitions; `decided` are facts of lane 0 that are in the outbox at the start,
    `forgotten` such as lie in its topic and PostgreSQL has lost.
    `lanes` exist and all of `published` are published. `depth` requests of a lane may be on the wire at
    once (1 as built). `ends_read_apart` makes reading Kafka's end and PostgreSQL two steps (as they are);
    one step makes the search smaller where that is not what the run is about.
    """

    name: str
    inputs: tuple[tuple[Report, ...], ...]
    budget: Budget
    safe: Safeguards = field(default_factory=Safeguards)
    decided: tuple[Row, ...] = ()
    forgotten: tuple[Row, ...] = ()
    lanes: int = 1
    published: tuple[int, ...] = (0,)
    depth: int = 1
    batch: int = 2
    ends_read_apart: bool = False


def initial(setting: Setting) -> State:
    """Nothing read, nothing owned, nothing published."""
    idle = Worker((None,) * len(setting.inputs), None, (None,) * setting.lanes)
    first = LaneRow(head=len(setting.decided), decided=setting.decided, outbox=setting.decided)
    lanes = (first, *(LaneRow() for _ in range(setting.lanes - 1)))
    positions = (0,) * len(setting.inputs)
    empty = State(
        positions=positions,
        seen=frozenset(),
        versions=(),
        lanes=lanes,
        partitions=(OutputPartition(),) * setting.lanes,
        workers=(idle, idle),
        wire=(),
        budget=setting.budget,
    )
    return servers.forgotten(empty, setting.forgotten) if setting.forgotten else empty
