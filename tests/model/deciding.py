"""Deciding: partitions are taken, and one transaction claims, locks, numbers and commits a batch."""

from __future__ import annotations

from collections.abc import Iterator

from tests.model.setting import Setting
from tests.model.state import (
    Append,
    Claimed,
    Fact,
    LaneRow,
    Owner,
    Report,
    Request,
    Row,
    State,
    Step,
    Transaction,
    put,
    spend,
)


def steps(state: State, me: int, setting: Setting) -> Iterator[Step]:
    """Everything that worker `me` may do next about partitions and transactions."""
    work = state.workers[me].work
    yield from _take_partitions(state, me, setting)
    if work is None:
        yield from _begin(state, me, setting)
        return
    if state.budget.kills:
        after = _let_go(state, me, work)
        yield Step(
            "PostgreSQL kills the transaction", (me,), after._replace(budget=spend(state.budget, kills=1))
        )
    if work.stage == "reading":
        yield from _lock(state, me, work, setting)
    elif work.stage == "loaded":
        yield from _number(state, me, work, setting)
    else:
        yield _save(state, me, work, setting)


def _take_partitions(state: State, me: int, setting: Setting) -> Iterator[Step]:
    worker = state.workers[me]
    for partition, position in enumerate(state.positions):
        if worker.believed[partition] is not None or position >= len(setting.inputs[partition]):
            continue
        if state.budget.partition_takes:
            owns = worker._replace(believed=put(worker.believed, partition, position))
            budget = spend(state.budget, partition_takes=1)
            after = state._replace(workers=put(state.workers, me, owns), budget=budget)
            yield Step("takes the partition", (me, partition, position), after)


def _begin(state: State, me: int, setting: Setting) -> Iterator[Step]:
    for partition, offset in enumerate(state.workers[me].believed):
        if offset is None:
            continue
        rest = setting.inputs[partition][offset:]
        for size in range(1, min(setting.batch, len(rest)) + 1):
            yield from _claim(state, me, partition, rest[:size], setting)


def _claim(
    state: State, me: int, partition: int, reports: tuple[Report, ...], setting: Setting
) -> Iterator[Step]:
    seen = state.seen if setting.safe.ids_known else frozenset()
    batch = tuple(Claimed(r, r.has_id and r.name in seen) for r in reports)
    subjects = frozenset(a for r in reports for a in r.appends)
    offset = state.workers[me].believed[partition] or 0
    work = Transaction("reading", partition, offset, batch, subjects)
    names = tuple(r.name for r in reports)
    if not setting.safe.ids_claimed:
        yield Step("begins and reads the seen ids", (me, partition, names), _with_work(state, me, work))
    elif not _ids_held(state, me, reports):
        for step in _lock(state, me, work, setting):
            yield step._replace(verb="begins, claims and locks", about=(me, partition, names))


def _lock(state: State, me: int, work: Transaction, setting: Setting) -> Iterator[Step]:
    other = _other(state, me)
    waits = other and other.stage != "reading" and work.subjects & other.subjects
    if not (waits and setting.safe.subject_locked):
        loaded = work._replace(stage="loaded", versions=state.versions)
        yield Step("locks its subjects", (me,), _with_work(state, me, loaded))


def _number(state: State, me: int, work: Transaction, setting: Setting) -> Iterator[Step]:
    rows, heads = _numbered(state.lanes, work)
    if setting.safe.lane_locked and {lane for lane, _ in rows} & _lanes_held(state, me):
        return
    after = _with_work(state, me, work._replace(stage="numbered", rows=rows))
    if not setting.safe.lane_locked:
        lanes = tuple(r._replace(head=h) for r, h in zip(state.lanes, heads, strict=True))
        after = after._replace(lanes=lanes)
    if not setting.safe.publish_after_commit:
        after = after._replace(wire=tuple(sorted((*state.wire, *_at_once(me, rows)))))
    yield Step("numbers", (me, tuple((lane, row.place) for lane, row in rows)), after)


def _at_once(me: int, rows: tuple[tuple[int, Row], ...]) -> Iterator[Request]:
    for lane, row in rows:
        yield Request("lane", Owner(me, 0), lane, row.place - 1, (row,))


def _numbered(lanes: tuple[LaneRow, ...], work: Transaction) -> tuple[tuple[tuple[int, Row], ...], list[int]]:
    heads = [lane.head for lane in lanes]
    versions = dict(work.versions)
    rows: list[tuple[int, Row]] = []
    for cause, append in _new_facts(work.batch):
        heads[append.lane] += 1
        versions[append] = versions.get(append, 0) + 1
        fact = Fact(cause, append.subject, versions[append])
        rows.append((append.lane, Row(heads[append.lane], fact)))
    return tuple(rows), heads


def _new_facts(batch: tuple[Claimed, ...]) -> Iterator[tuple[str, Append]]:
    earlier: set[str] = set()
    for report, known in batch:
        if not known and not (report.has_id and report.name in earlier):
            earlier.add(report.name)
            yield from ((report.name, append) for append in report.appends)


def _save(state: State, me: int, work: Transaction, setting: Setting) -> Step:
    names = tuple(claimed.report.name for claimed in work.batch)
    if setting.safe.position_compared and state.positions[work.partition] != work.offset:
        return Step("save refused: the position moved", (me, work.partition), _let_go(state, me, work))
    end = work.offset + len(work.batch)
    worker = state.workers[me]
    done = worker._replace(work=None, believed=put(worker.believed, work.partition, end))
    after = state._replace(
        positions=put(state.positions, work.partition, end),
        seen=state.seen | {c.report.name for c in work.batch if c.report.has_id},
        versions=_versions_after(state, work),
        lanes=tuple(_with_rows(lane, n, work.rows) for n, lane in enumerate(state.lanes)),
        workers=put(state.workers, me, done),
    )
    return Step("commits", (me, work.partition, names), after)


def _versions_after(state: State, work: Transaction) -> tuple[tuple[Append, int], ...]:
    versions = dict(state.versions)
    versions.update({Append(lane, row.fact.subject): row.fact.sequence for lane, row in work.rows})
    return tuple(sorted(versions.items()))


def _with_rows(lane: LaneRow, number: int, rows: tuple[tuple[int, Row], ...]) -> LaneRow:
    mine = tuple(row for n, row in rows if n == number)
    if not mine:
        return lane
    head = max(lane.head, mine[-1].place)
    return lane._replace(head=head, decided=lane.decided + mine, outbox=tuple(sorted(lane.outbox + mine)))


def _let_go(state: State, me: int, work: Transaction) -> State:
    worker = state.workers[me]
    free = worker._replace(work=None, believed=put(worker.believed, work.partition, None))
    return state._replace(workers=put(state.workers, me, free))


def _with_work(state: State, me: int, work: Transaction) -> State:
    return state._replace(workers=put(state.workers, me, state.workers[me]._replace(work=work)))


def _other(state: State, me: int) -> Transaction | None:
    return state.workers[1 - me].work


def _lanes_held(state: State, me: int) -> set[int]:
    other = _other(state, me)
    return {lane for lane, _ in other.rows} if other and other.stage == "numbered" else set()


def _ids_held(state: State, me: int, reports: tuple[Report, ...]) -> bool:
    other = _other(state, me)
    held = {c.report.name for c in other.batch if c.report.has_id} if other else set()
    return any(r.has_id and r.name in held for r in reports)
