"""Servers that lose what they acknowledged: Kafka its last batch, PostgreSQL everything."""

from __future__ import annotations

from collections.abc import Iterator

from tests.model.state import Batch, Lost, OutputPartition, ProducerState, Row, State, Step, put, spend


def steps(state: State) -> Iterator[Step]:
    """A partition loses its last batch, as after an unclean election, and its producer's with it."""
    if state.budget.truncations:
        for lane, partition in enumerate(state.partitions):
            if partition.log:
                yield Step("Kafka loses its last batch", (lane,), _truncated(state, lane, partition))


def _truncated(state: State, lane: int, partition: OutputPartition) -> State:
    (producer,) = partition.producers
    left = producer.batches[:-1]
    known = (producer._replace(batches=left),) if left else ()
    return state._replace(
        partitions=put(
            state.partitions, lane, OutputPartition(partition.log[: producer.batches[-1].first], known)
        ),
        budget=spend(state.budget, truncations=1),
        lost=Lost("Kafka", tuple(row.epoch for row in state.lanes)),
    )


def forgotten(state: State, rows: tuple[Row, ...]) -> State:
    """Lane 0 as published before PostgreSQL was put back to when it had decided nothing."""
    lane = ProducerState("lane", (Batch(0, len(rows) - 1),))
    partitions = put(state.partitions, 0, OutputPartition(rows, (lane,)))
    return state._replace(partitions=partitions, lost=Lost("PostgreSQL", (0,) * len(state.lanes)))
