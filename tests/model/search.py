"""Breadth-first search over every order of steps, so that each trace found is a shortest one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.model import broker, deciding, publishing
from tests.model.invariants import complete, violations
from tests.model.setting import Setting, initial
from tests.model.state import State, Step, Worker, put, spend

Parents = dict[State, tuple[State, Step] | None]


@dataclass
class Outcome:
    """What a search saw: how much, which kinds of steps, and the shortest way to each violation."""

    states: int = 0
    complete: int = 0
    cut: bool = False
    verbs: set[str] = field(default_factory=set)
    traces: dict[str, list[str]] = field(default_factory=dict)


def successors(state: State, setting: Setting) -> Iterator[Step]:
    """Every step that may come next. Two idle workers are the same: then only the first one's are tried."""
    if state.halt:
        return
    yield from broker.steps(state, setting)
    idle = [_idle(worker) for worker in state.workers]
    for me in (0,) if all(idle) else (0, 1):
        if state.budget.crashes and not idle[me]:
            yield _crash(state, me)
        yield from deciding.steps(state, me, setting)
        yield from publishing.steps(state, me, setting)


def _idle(worker: Worker) -> bool:
    owns = any(offset is not None for offset in worker.believed) or any(worker.lanes)
    return worker.work is None and not owns


def _crash(state: State, me: int) -> Step:
    worker = state.workers[me]
    gone = Worker((None,) * len(worker.believed), None, (None,) * len(worker.lanes))
    workers = put(state.workers, me, gone)
    return Step("crashes", (me,), state._replace(workers=workers, budget=spend(state.budget, crashes=1)))


def explore(setting: Setting, limit: int, until: str | None = None) -> Outcome:
    """Search all states, or until `until` is violated or more than `limit` states are known (`cut`)."""
    start = initial(setting)
    parents: Parents = {start: None}
    queue, outcome = deque([start]), Outcome()
    while queue and until not in outcome.traces and not outcome.cut:
        state = queue.popleft()
        _look(state, setting, parents, outcome)
        for step in successors(state, setting):
            if step.after not in parents:
                outcome.verbs.add(step.verb)
                parents[step.after] = (state, step._replace(after=start))
                queue.append(step.after)
        outcome.cut = len(parents) > limit
    outcome.states = len(parents)
    return outcome


def _look(state: State, setting: Setting, parents: Parents, outcome: Outcome) -> None:
    outcome.complete += complete(state, setting)
    for name in violations(state) - outcome.traces.keys():
        outcome.traces[name] = _trace(state, parents)


def _trace(state: State, parents: Parents) -> list[str]:
    lines: list[str] = []
    while came := parents[state]:
        state, step = came
        lines.append(f"{step.verb} {', '.join(map(str, step.about))}")
    return lines[::-1]
