"""The broker: what it appends, deduplicates and refuses.

Source: Kafka's ProducerStateManager and ProducerAppendInfo (KIP-98), and what brokers of Kafka 4.3.1 answered
to late, overlapping, gapped and very old batches of one producer id.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tests.model.setting import Setting
from tests.model.state import (
    Batch,
    OutputPartition,
    ProducerState,
    Publisher,
    Request,
    State,
    Step,
    put,
    spend,
)

REMEMBERED_BATCHES = 5


class Answer(NamedTuple):
    """`offset` is the first record's; None where the model cannot say it, and so nobody can check it."""

    verb: str
    offset: int | None
    after: OutputPartition


def answer(partition: OutputPartition, request: Request) -> Answer:
    """What a broker does with one request, given what it knows of the request's producer id."""
    known = next((p.batches for p in partition.producers if p.producer == request.producer), ())
    batch = Batch(request.sequence, request.sequence + len(request.rows) - 1)
    if batch in known:
        return Answer("broker deduplicates", _lies_at(partition, request), partition)
    if known and batch.first != known[-1].last + 1:
        return Answer("broker refuses", None, partition)
    return Answer("broker appends", len(partition.log), _append(partition, request, (*known, batch)))


def _lies_at(partition: OutputPartition, request: Request) -> int | None:
    """The offset that the broker remembers of a batch with the same bounds."""
    found = (offset for offset, row in enumerate(partition.log) if row.place == request.rows[0].place)
    return next(found, None) if request.producer == "lane" else None


def _append(partition: OutputPartition, request: Request, batches: tuple[Batch, ...]) -> OutputPartition:
    others = tuple(p for p in partition.producers if p.producer != request.producer)
    mine = ProducerState(request.producer, batches[-REMEMBERED_BATCHES:])
    return OutputPartition(partition.log + request.rows, tuple(sorted((*others, mine))))


def heard(publisher: Publisher, request: Request, reply: Answer, setting: Setting) -> Publisher:
    """The publisher after an answer: confirmed, or failed; failed too if the offset is not place - 1."""
    waiting = tuple(r for r in publisher.in_flight if r != request)
    unexpected = reply.offset is not None and reply.offset != request.rows[0].place - 1
    if reply.verb == "broker refuses" or (setting.safe.answer_offset_checked and unexpected):
        return publisher._replace(in_flight=waiting, failed=True)
    acknowledged = max(publisher.acknowledged, request.rows[-1].place)
    return publisher._replace(in_flight=waiting, confirmed=True, acknowledged=acknowledged)


def deliver(state: State, index: int, setting: Setting) -> Step:
    """One request reaches the broker, and the answer the taking that sent it, if that still lives."""
    request = state.wire[index]
    reply = answer(state.partitions[request.lane], request)
    workers = state.workers
    worker = workers[request.owner.worker]
    publisher = worker.lanes[request.lane]
    if publisher and request in publisher.in_flight and publisher.owner == request.owner:
        lanes = put(worker.lanes, request.lane, heard(publisher, request, reply, setting))
        workers = put(workers, request.owner.worker, worker._replace(lanes=lanes))
    partitions = put(state.partitions, request.lane, reply.after)
    after = state._replace(partitions=partitions, workers=workers, wire=_without(state.wire, index))
    return Step(reply.verb, (request.lane, tuple(r.place for r in request.rows), request.owner), after)


def _without(wire: tuple[Request, ...], index: int) -> tuple[Request, ...]:
    return wire[:index] + wire[index + 1 :]


def steps(state: State, setting: Setting) -> Iterator[Step]:
    """Any request on the wire may arrive next, or be lost."""
    for index, request in enumerate(state.wire):
        yield deliver(state, index, setting)
        if state.budget.losses:
            gone = state._replace(wire=_without(state.wire, index), budget=spend(state.budget, losses=1))
            yield Step("wire loses", (request.lane, tuple(r.place for r in request.rows)), gone)
