"""Breadth-first search over every order of steps, so that each trace found is a shortest one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from tests.model.rounds import beginning
from tests.model.rounds.committing import commit
from tests.model.rounds.invariants import complete, violations
from tests.model.rounds.reading import steps
from tests.model.rounds.setting import Setting, initial
from tests.model.rounds.state import State, Step, Work
from tests.model.search import Outcome

Parents = dict[State, tuple[State, Step] | None]


def successors(state: State, setting: Setting) -> Iterator[Step]:
    """Every step that may come next: a transaction begins, locks and reads, commits, or is lost."""
    for work in dict.fromkeys(state.works):
        yield from _on(state, work, setting)
        if state.budget.crashes:
            budget = state.budget._replace(crashes=state.budget.crashes - 1)
            yield Step("crashes", f"{work.name} {work.about}", _without(state, work)._replace(budget=budget))
    if len(state.works) < setting.at_once:
        for name, about, budget in beginning.beginnings(state, setting):
            begun = Work(name, about)
            yield from _on(state._replace(works=(*state.works, begun), budget=budget), begun, setting)


def _on(state: State, work: Work, setting: Setting) -> Iterator[Step]:
    reads = steps(state, work.name, work.about, setting)
    if work.step == len(reads):
        after = commit(_without(state, work), work, setting)
        yield Step("commits", f"{work.name} {work.about}", after)
        return
    locks, read = reads[work.step]
    if any(locks & other.locks for other in _others(state, work)):
        return
    done = work._replace(
        step=work.step + 1, locks=work.locks | locks, read=(*work.read, read(_without(state, work)))
    )
    after = _without(state, work)
    yield Step(
        f"step {done.step} of", f"{work.name} {work.about}",
        after._replace(works=tuple(sorted((*after.works, done), key=repr))),
    )  # fmt: skip


def _others(state: State, work: Work) -> tuple[Work, ...]:
    return _without(state, work).works


def _without(state: State, work: Work) -> State:
    works = list(state.works)
    works.remove(work)
    return state._replace(works=tuple(works))


def explore(setting: Setting, limit: int, until: str | None = None) -> Outcome:
    """Search all states, or until `until` is violated or more than `limit` states are known (`cut`)."""
    start = initial(setting)
    parents: Parents = {start: None}
    queue, outcome = deque([start]), Outcome()
    while queue and until not in outcome.traces and not outcome.cut:
        state = queue.popleft()
        following = list(successors(state, setting))
        stuck = {"DEADLOCK"} if state.works and all(s.verb == "crashes" for s in following) else set()
        outcome.complete += complete(state)
        for name in (violations(state) | stuck) - outcome.traces.keys():
            outcome.traces[name] = _trace(state, parents)
        for step in following:
            outcome.verbs.add(f"{step.verb} {step.about.partition(' ')[0]}")
            if step.after not in parents:
                parents[step.after] = (state, step._replace(after=start))
                queue.append(step.after)
        outcome.cut = len(parents) > limit
    outcome.states = len(parents)
    return outcome


def _trace(state: State, parents: Parents) -> list[str]:
    lines: list[str] = []
    while came := parents[state]:
        state, step = came
        lines.append(f"{step.verb} {step.about}")
    return lines[::-1]
