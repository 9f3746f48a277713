"""What may never be: each check names the promise that a state breaks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tests.model.setting import Setting
from tests.model.state import LaneRow, Lost, OutputPartition, Publisher, Row, State


def violations(state: State) -> set[str]:
    """The names of all promises that this state breaks."""
    if state.lost:
        return set() if state.halt else set(_silent(state, state.lost))
    found = {f"FALSE_HALT_{state.halt}"} if state.halt else set()
    for lane, (row, partition) in enumerate(zip(state.lanes, state.partitions, strict=True)):
        found |= {*_decided(row), *_published(row, partition)}
        found |= {*_lost(state, lane, row, partition.log), *_stalled(state, lane, row, partition.log)}
    return found


def complete(state: State, setting: Setting) -> bool:
    """Whether all reports are decided and all facts published: a run that never gets here proves little."""
    read = all(p == len(i) for p, i in zip(state.positions, setting.inputs, strict=True))
    ends = ((state.lanes[n].decided, state.partitions[n].log) for n in setting.published)
    return read and all(len(decided) == len(log) for decided, log in ends)


def _silent(state: State, lost: Lost) -> Iterator[str]:
    """A server has lost data: whoever took a lane since, or has published more, has noticed."""
    for worker in state.workers:
        for lane, publisher in enumerate(worker.lanes):
            row, log = state.lanes[lane], state.partitions[lane].log
            if publisher and _believes_done(publisher, row):
                taken_since = publisher.epoch > lost.epochs[lane]
                if log != row.decided[: len(log)] or (taken_since and len(log) < row.acknowledged):
                    yield "SILENT"


def _decided(row: LaneRow) -> Iterator[str]:
    places = [r.place for r in row.decided]
    if len({(r.fact.cause, r.fact.subject) for r in row.decided}) != len(row.decided):
        yield "DECIDED_TWICE"
    if len(set(places)) != len(places):
        yield "PLACE_TWICE"
    if places != sorted(places):
        yield "PLACES_NOT_IN_COMMIT_ORDER"


def _published(row: LaneRow, partition: OutputPartition) -> Iterator[str]:
    places = [0, *(r.place for r in partition.log)]
    if any(later <= earlier for earlier, later in pairwise(places)):
        yield "REPEAT"
    if any(later > earlier + 1 for earlier, later in pairwise(places)):
        yield "GAP"
    if not set(partition.log) <= set(row.decided):
        yield "NEVER_DECIDED"
    if any(sequences != list(range(1, len(sequences) + 1)) for sequences in _sequences(partition.log)):
        yield "SUBJECT_OUT_OF_ORDER"


def _sequences(log: tuple[Row, ...]) -> Iterator[list[int]]:
    for subject in {r.fact.subject for r in log}:
        yield [r.fact.sequence for r in log if r.fact.subject == subject]


def _lost(state: State, lane: int, row: LaneRow, log: tuple[Row, ...]) -> Iterator[str]:
    on_wire = {r for request in state.wire if request.lane == lane for r in request.rows}
    if not set(row.decided) <= {*log, *row.outbox, *on_wire}:
        yield "LOST"


def _stalled(state: State, lane: int, row: LaneRow, log: tuple[Row, ...]) -> Iterator[str]:
    quiet = not state.wire and not any(w.work for w in state.workers)
    believed_done = any(_believes_done(w.lanes[lane], row) for w in state.workers)
    if quiet and believed_done and len(log) < len(row.decided):
        yield "STALLED"


def _believes_done(publisher: Publisher | None, row: LaneRow) -> bool:
    """Whether the lane's owner, with no failure known, sees nothing left to send."""
    if not publisher or publisher.stage != "running" or publisher.epoch != row.epoch:
        return False
    left = any(r.place >= publisher.next_place for r in row.outbox)
    return not (publisher.in_flight or publisher.failed or left)
