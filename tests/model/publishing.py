"""Publishing: a lane is taken, its two ends are compared, and its rows are sent in order."""

from __future__ import annotations

from collections.abc import Iterator

from tests.model.setting import Setting
from tests.model.state import End, LaneRow, Marks, Owner, Publisher, Request, Row, State, Step, put, spend

BATCH = 2


def steps(state: State, me: int, setting: Setting) -> Iterator[Step]:
    """Everything that worker `me` may do next about the lanes."""
    for lane in setting.published:
        publisher = state.workers[me].lanes[lane]
        if publisher is None:
            yield from _take(state, me, lane)
        elif publisher.stage == "taking":
            yield _read(state, me, lane, publisher, setting)
        elif publisher.stage == "comparing":
            yield _compare(state, me, lane, publisher, setting)
        else:
            yield from _give_up(state, me, lane, publisher, setting)
            yield from _send(state, me, lane, publisher, setting)
            yield from _mark(state, me, lane, publisher, setting)


def _take(state: State, me: int, lane: int) -> Iterator[Step]:
    if state.budget.lane_takes:
        epoch = state.lanes[lane].epoch + 1
        yield Step("takes the lane", (me, lane, epoch), _taken(state, me, lane, epoch, Owner(me, epoch)))


def _taken(state: State, me: int, lane: int, epoch: int, owner: Owner) -> State:
    row = state.lanes[lane]
    taking = Publisher("taking", epoch, owner, row.acknowledged)
    raised = state._replace(lanes=put(state.lanes, lane, row._replace(epoch=epoch)))
    return _hold(raised, me, lane, taking)._replace(budget=spend(state.budget, lane_takes=1))


def _read(state: State, me: int, lane: int, publisher: Publisher, setting: Setting) -> Step:
    log, row = state.partitions[lane].log, state.lanes[lane]
    end = End(log)
    if not setting.ends_read_apart:
        return _judge(state, me, lane, publisher, end, _marks(row), setting)
    read = end if setting.safe.kafka_read_first else _marks(row)
    verb = "reads Kafka's end" if setting.safe.kafka_read_first else "reads PostgreSQL"
    comparing = publisher._replace(stage="comparing", read=read)
    return Step(verb, (me, lane, read), _hold(state, me, lane, comparing))


def _compare(state: State, me: int, lane: int, publisher: Publisher, setting: Setting) -> Step:
    log = state.partitions[lane].log
    end = publisher.read if isinstance(publisher.read, End) else End(log)
    marks = publisher.read if isinstance(publisher.read, Marks) else _marks(state.lanes[lane])
    return _judge(state, me, lane, publisher, end, marks, setting)


def _marks(row: LaneRow) -> Marks:
    return Marks(row.decided, row.acknowledged)


def _judge(
    state: State, me: int, lane: int, publisher: Publisher, end: End, marks: Marks, setting: Setting
) -> Step:
    if setting.safe.halt_compares_epoch and state.lanes[lane].epoch != publisher.epoch:
        return Step("sees another epoch, lets the lane go", (me, lane), _hold(state, me, lane, None))
    if setting.safe.ends_compared and (halt := _difference(end, marks, setting)):
        return Step("halts", (me, lane, halt), state._replace(halt=halt))
    first = 0 if setting.safe.sequence_is_place else _counted_from(end, setting)
    running = publisher._replace(stage="running", next_place=end.records + 1, next_sequence=first, read=None)
    return Step("finds the end", (me, lane, end.records), _hold(state, me, lane, running))


def _counted_from(end: End, setting: Setting) -> int:
    return end.records if setting.safe.lane_owns_producer_id else 0


def _difference(end: End, marks: Marks, setting: Setting) -> str | None:
    """Why Kafka's end and PostgreSQL cannot both be right; None where they agree."""
    decided = {row.place: row for row in marks.decided}
    if end.records > max(decided, default=0):
        return "TOPIC_AHEAD"
    last = max(end.records - 1, 0)
    lying = end.log[min(marks.acknowledged, last) if setting.safe.tail_compared else last :]
    if any(decided.get(place) != row for place, row in enumerate(lying, end.records - len(lying) + 1)):
        return "OTHER_ID"
    return "TOPIC_LOST" if end.records < marks.acknowledged else None


def _give_up(state: State, me: int, lane: int, publisher: Publisher, setting: Setting) -> Iterator[Step]:
    """After an error, or when the answer is late: the lane is taken again if it is still this worker's."""
    if not (publisher.failed or publisher.in_flight):
        return
    epoch = state.lanes[lane].epoch
    if setting.safe.retake_raises_epoch and epoch != publisher.epoch:
        yield Step("lets the lane go", (me, lane), _hold(state, me, lane, None))
    elif state.budget.lane_takes:
        raised = epoch + 1 if setting.safe.retake_raises_epoch else epoch
        owner = Owner(me, raised) if setting.safe.retake_raises_epoch else publisher.owner
        yield Step("takes the lane again", (me, lane, raised), _taken(state, me, lane, raised, owner))


def _send(state: State, me: int, lane: int, publisher: Publisher, setting: Setting) -> Iterator[Step]:
    alone = setting.safe.first_record_alone and not publisher.confirmed
    if publisher.failed or len(publisher.in_flight) >= (1 if alone else setting.depth):
        return
    rows = tuple(r for r in state.lanes[lane].outbox if r.place >= publisher.next_place)
    if setting.safe.rows_dense and rows and rows[0].place != publisher.next_place:
        yield Step("misses a row, lets the lane go", (me, lane), _hold(state, me, lane, None))
        return
    for size in range(1, min(1 if alone else BATCH, len(rows)) + 1):
        yield from _send_rows(state, me, lane, publisher, rows[:size], setting)


def _send_rows(
    state: State, me: int, lane: int, publisher: Publisher, rows: tuple[Row, ...], setting: Setting
) -> Iterator[Step]:
    request = _request(lane, publisher, rows, setting)
    if request in state.wire:
        return
    counted = 0 if setting.safe.sequence_is_place else request.sequence + len(rows)
    moved = publisher._replace(next_place=rows[-1].place + 1, next_sequence=counted)
    places = tuple(row.place for row in rows)
    sent = _hold(state, me, lane, moved._replace(in_flight=(*publisher.in_flight, request)))
    sent = sent._replace(wire=tuple(sorted((*state.wire, request))))
    if not setting.safe.prune_acknowledged_only:
        sent = _prune(sent, lane, rows[-1].place)
    yield Step("sends", (me, lane, places, request.sequence), sent)
    if state.budget.expiries:
        lost = moved._replace(failed=setting.safe.first_record_alone)
        unsent = _hold(state, me, lane, lost)._replace(budget=spend(state.budget, expiries=1))
        yield Step("has a batch expire unsent", (me, lane, places), unsent)


def _request(lane: int, publisher: Publisher, rows: tuple[Row, ...], setting: Setting) -> Request:
    owner = publisher.owner
    producer = "lane" if setting.safe.lane_owns_producer_id else f"worker {owner.worker} epoch {owner.epoch}"
    sequence = rows[0].place - 1 if setting.safe.sequence_is_place else publisher.next_sequence
    return Request(producer, owner, lane, sequence, rows)


def _mark(state: State, me: int, lane: int, publisher: Publisher, setting: Setting) -> Iterator[Step]:
    row, mark = state.lanes[lane], publisher.acknowledged
    if mark > row.acknowledged and (row.epoch == publisher.epoch or not setting.safe.mark_compares_epoch):
        marked = state._replace(lanes=put(state.lanes, lane, row._replace(acknowledged=mark)))
        yield Step("marks acknowledged and prunes", (me, lane, mark), _prune(marked, lane, mark))


def _prune(state: State, lane: int, place: int) -> State:
    row = state.lanes[lane]
    kept = tuple(r for r in row.outbox if r.place > place)
    return state._replace(lanes=put(state.lanes, lane, row._replace(outbox=kept)))


def _hold(state: State, me: int, lane: int, publisher: Publisher | None) -> State:
    worker = state.workers[me]
    held = worker._replace(lanes=put(worker.lanes, lane, publisher))
    return state._replace(workers=put(state.workers, me, held))
