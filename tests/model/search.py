"""Breadth-first search over every order of steps, so that each trace found is a shortest one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from tests.model import broker, deciding, publishing, servers
from tests.model.deadlines import Deadlines
from tests.model.invariants import complete, violations
from tests.model.setting import Setting, initial
from tests.model.state import State, Step, Worker, put, spend

S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)


class Happened(Protocol[S_co]):
    """A step: what happened, and the state after it."""

    @property
    def verb(self) -> str: ...
    @property
    def about(self) -> tuple[object, ...]: ...
    @property
    def after(self) -> S_co: ...


class World(Protocol[S]):
    """What is searched: a first state, the steps from each, and what is wrong or done in it."""

    def start(self) -> S: ...
    def steps(self, state: S) -> Iterable[Happened[S]]: ...
    def violations(self, state: S) -> set[str]: ...
    def complete(self, state: S) -> bool: ...


Told = tuple[str, tuple[object, ...]]
Parents = dict[S, tuple[S, Told] | None]


@dataclass(frozen=True)
class Publication:
    """The world of deciding and publishing."""

    setting: Setting

    def start(self) -> State:
        return initial(self.setting)

    def steps(self, state: State) -> Iterator[Step]:
        return successors(state, self.setting)

    def violations(self, state: State) -> set[str]:
        return violations(state)

    def complete(self, state: State) -> bool:
        return complete(state, self.setting)


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
    yield from servers.steps(state)
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


def explore(setting: Setting | Deadlines, limit: int, until: str | None = None) -> Outcome:
    """Search all states, or until `until` is violated or more than `limit` states are known (`cut`)."""
    if isinstance(setting, Deadlines):
        return _search(setting, limit, until)
    return _search(Publication(setting), limit, until)


def _search(world: World[S], limit: int, until: str | None) -> Outcome:
    start = world.start()
    parents: Parents[S] = {start: None}
    queue, outcome = deque([start]), Outcome()
    while queue and until not in outcome.traces and not outcome.cut:
        state = queue.popleft()
        outcome.complete += world.complete(state)
        for name in world.violations(state) - outcome.traces.keys():
            outcome.traces[name] = _trace(state, parents)
        for step in world.steps(state):
            if step.after not in parents:
                outcome.verbs.add(step.verb)
                parents[step.after] = (state, (step.verb, step.about))
                queue.append(step.after)
        outcome.cut = len(parents) > limit
    outcome.states = len(parents)
    return outcome


def _trace(state: S, parents: Parents[S]) -> list[str]:
    lines: list[str] = []
    while came := parents[state]:
        state, (verb, about) = came
        lines.append(f"{verb} {', '.join(map(str, about))}")
    return lines[::-1]
