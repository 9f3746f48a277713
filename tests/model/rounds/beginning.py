"""Which transactions can begin in a state: those of jobs, deadlines, reports and other services' facts."""

from __future__ import annotations

from collections.abc import Iterator

from tests.model.rounds.setting import Setting
from tests.model.rounds.state import DRAWN, EXTENDED, FIXED, MARKED, OPEN, Budget, Round, State

Begin = tuple[str, str, Budget]


def beginnings(state: State, setting: Setting) -> Iterator[Begin]:
    """Name, subject and the budget that is left."""
    under_way = {(work.name, work.about) for work in state.works}
    for name, one in state.rounds:
        for kind, about in _of_round(name, one, setting):
            if setting.zombies or (kind, about) not in under_way:
                yield kind, about, state.budget
    for offer in state.offers:
        if offer.phase == EXTENDED:
            for how in setting.answers:
                yield "answer", f"{how} {offer.round}:{offer.candidate}", state.budget
    for name in state.ending:
        yield "end", name, state.budget
    yield from _by_itself(state, setting)


def _of_round(name: str, one: Round, setting: Setting) -> Iterator[tuple[str, str]]:
    people = dict(setting.rounds)[name]
    if one.phase == OPEN:
        yield "close", name
    elif one.phase == MARKED:
        yield "fix", name
    elif one.phase == FIXED:
        yield "take", f"{name}:{people[one.taken]}"
    elif one.phase == DRAWN and one.told < len(one.entered):
        yield "tell", f"{name}:{one.entered[one.told]}"
    elif one.phase == DRAWN:
        yield "publish", name


def _by_itself(state: State, setting: Setting) -> Iterator[Begin]:
    budget = state.budget
    if budget.caps:
        most, *rest = budget.caps
        yield "set cap", "none" if most is None else str(most), budget._replace(caps=tuple(rest))
    if budget.leaves:
        for who in sorted({one for _, people in setting.rounds for one in people} - state.left):
            yield "leave", who, budget._replace(leaves=budget.leaves - 1)
    if budget.withdrawals:
        for name in sorted({name for name, _ in state.rounds} - state.withdrawn):
            yield "withdraw", name, budget._replace(withdrawals=budget.withdrawals - 1)
