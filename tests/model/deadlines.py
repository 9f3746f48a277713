"""Deadlines and the watermark: records come into two partitions whose brokers' clocks differ, in any order.

One subject has a deadline. A report is in time if its `at` is not past it; the deadline passes by itself when
the watermark is. Deciding a record is one step here: that it is one transaction, once, is the other model's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tests.model.state import put

DEADLINE = 2
TICK = ""
BEHIND = -2
"""How far behind the clock of a broker is that comes to lead a partition."""


class Record(NamedTuple):
    """A report by its name, or a tick; `at` is the broker's time, in steps."""

    name: str
    at: int


class Budget(NamedTuple):
    """How much may still come."""

    ticks: int
    failovers: int
    reads: int


class Moment(NamedTuple):
    """Everything at one moment.

    `logs` are the records not decided yet, `ats` the greatest times decided (None: nothing yet), `mark` the
    watermark that a worker has read and not used yet.
    """

    time: int
    skews: tuple[int, ...]
    logs: tuple[tuple[Record, ...], ...]
    ats: tuple[int | None, ...]
    coming: tuple[str, ...]
    budget: Budget
    mark: int | None = None
    closed: bool = False
    wrong: frozenset[str] = frozenset()


class Passing(NamedTuple):
    """What happened, and the moment after it."""

    verb: str
    about: tuple[object, ...]
    after: Moment


@dataclass(frozen=True)
class Deadlines:
    """One bounded exploration. Each safeguard is on as built; a mutant is this with one of them off."""

    name: str
    budget: Budget
    reports: tuple[str, ...] = ("a",)
    skews: tuple[int, ...] = (0, -1)
    latest: int = 4
    least_of_all: bool = True  # the watermark is the least of all partitions, also of those nothing came to
    by_watermark: bool = True  # else deadlines pass by the clock
    time_raised: bool = True  # a record's time is raised to the greatest before it
    strictly_past: bool = True  # the watermark must be past the deadline, not at it
    at_compared: bool = True  # a report is late by its own time, not by whether the deadline has passed

    def start(self) -> Moment:
        two = len(self.skews)
        return Moment(0, self.skews, ((),) * two, (None,) * two, self.reports, self.budget)

    def steps(self, state: Moment) -> Iterator[Passing]:
        if state.time < self.latest:
            yield Passing("time passes", (state.time + 1,), state._replace(time=state.time + 1))
        for partition in range(len(state.logs)):
            yield from self._arrivals(state, partition)
            yield from self._decide(state, partition)
        yield from self._look(state)

    def _arrivals(self, state: Moment, partition: int) -> Iterator[Passing]:
        now, budget = max(state.time + state.skews[partition], 0), state.budget
        if budget.ticks:
            after = _put(state, partition, Record(TICK, now))
            yield Passing(
                "tick", (partition, now), after._replace(budget=budget._replace(ticks=budget.ticks - 1))
            )
        if state.coming:
            name, *rest = state.coming
            after = _put(state, partition, Record(name, now))
            yield Passing("report comes", (name, partition, now), after._replace(coming=tuple(rest)))
        if budget.failovers:
            skews = put(state.skews, partition, BEHIND)
            spent = budget._replace(failovers=budget.failovers - 1)
            yield Passing("another broker leads", (partition,), state._replace(skews=skews, budget=spent))

    def _decide(self, state: Moment, partition: int) -> Iterator[Passing]:
        if not state.logs[partition]:
            return
        record, *rest = state.logs[partition]
        at = max(state.ats[partition] or 0, record.at) if self.time_raised else record.at
        wrong = state.wrong if record.name == TICK else state.wrong | set(self._verdicts(state, at))
        logs, ats = put(state.logs, partition, tuple(rest)), put(state.ats, partition, at)
        after = state._replace(logs=logs, ats=ats, wrong=frozenset(wrong))
        yield Passing("decides", (partition, record.name or "tick", at), after)

    def _verdicts(self, state: Moment, at: int) -> Iterator[str]:
        """What is wrong about the answer that a report of this time gets now."""
        late = at > DEADLINE if self.at_compared else state.closed
        if at <= DEADLINE and state.closed:
            yield "IN_TIME_MET_A_CLOSED_DEADLINE"
        if at > DEADLINE and not late and not state.closed:
            yield "LATE_AND_TAKEN"

    def _look(self, state: Moment) -> Iterator[Passing]:
        """A worker reads the watermark, and at some later time closes what is due by it."""
        now, budget = self._watermark(state), state.budget
        if now is not None and budget.reads:
            after = state._replace(mark=now, budget=budget._replace(reads=budget.reads - 1))
            yield Passing("reads the watermark", (now,), after)
        if (mark := state.mark) is not None:
            due = mark > DEADLINE or (mark == DEADLINE and not self.strictly_past)
            after = state._replace(mark=None, closed=state.closed or due)
            yield Passing("closes what is due", (mark, due), after)

    def _watermark(self, state: Moment) -> int | None:
        if not self.by_watermark:
            return state.time
        known = [at for at in state.ats if at is not None]
        return None if not known or (self.least_of_all and len(known) < len(state.ats)) else min(known)

    def violations(self, state: Moment) -> set[str]:
        return set(state.wrong)

    def complete(self, state: Moment) -> bool:
        """Whether every report is decided and the deadline has passed."""
        return not any(state.logs) and not state.coming and state.closed


def _put(state: Moment, partition: int, record: Record) -> Moment:
    return state._replace(logs=put(state.logs, partition, (*state.logs[partition], record)))
