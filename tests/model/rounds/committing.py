"""What each transaction writes, by what it has read."""

from __future__ import annotations

from collections.abc import Callable

from tests.model.rounds.setting import Setting
from tests.model.rounds.state import (
    ACCEPTED,
    DECLINED,
    DRAWN,
    EXTENDED,
    FIXED,
    LAPSED,
    LIVE,
    MARKED,
    OPEN,
    PUBLISHED,
    SETTLED,
    WITHDRAWN,
    Offer,
    Round,
    State,
    Work,
    round_of,
    with_offer,
    with_round,
)

ANSWERS = {"accept": ACCEPTED, "decline": DECLINED, "lapse": LAPSED}


def commit(state: State, work: Work, setting: Setting) -> State:
    """The state after a transaction."""
    return COMMITS[work.name](state, work, setting)


def _close(state: State, work: Work, setting: Setting) -> State:
    (cap, held), row, busy = work.read
    fixed = setting.safe.fixed_cap_seen and any(one is not None for one in busy)
    if row.phase != OPEN or (busy and setting.safe.busy_seen and (cap is not None or fixed)):
        return state
    if not setting.safe.caps_fixed_with_mark:
        return with_round(state, work.about, row._replace(phase=MARKED))
    return with_round(state, work.about, _fixed(row, cap, held))


def _fix(state: State, work: Work, _: Setting) -> State:
    (cap, held), row = work.read
    return with_round(state, work.about, _fixed(row, cap, held)) if row.phase == MARKED else state


def _fixed(row: Round, cap: int | None, held: int) -> Round:
    return row._replace(phase=FIXED, cap=cap, left=None if cap is None else max(0, cap - held))


def _take(state: State, work: Work, setting: Setting) -> State:
    name, _, who = work.about.partition(":")
    (gone, other, holds), row = work.read[-2:]
    people = dict(setting.rounds)[name]
    if setting.safe.page_compared and (row.phase != FIXED or row.taken != people.index(who)):
        return state
    barred = gone or (other and setting.safe.in_one_round) or (holds and setting.safe.offer_bars)
    entered = row.entered if barred else (*row.entered, who)
    taken = people.index(who) + 1
    phase = DRAWN if taken == len(people) else row.phase
    return with_round(state, name, row._replace(entered=entered, taken=taken, phase=phase))


def _tell(state: State, work: Work, setting: Setting) -> State:
    name, _, who = work.about.partition(":")
    gone, withdrawn, (_, held), row = work.read[-4:]
    place = row.entered.index(who)
    if setting.safe.page_compared and (row.phase != DRAWN or row.told != place):
        return state
    row = row._replace(told=place + 1)
    if row.left is not None and place >= row.left:
        return with_round(state, name, row)
    if (gone or withdrawn) and setting.safe.ends_at_publication:
        return with_offer(with_round(state, name, row), Offer(name, who, WITHDRAWN, 1))
    after = with_offer(state, Offer(name, who))._replace(held=held + 1)
    beyond = row.cap is not None and _held(after) > row.cap
    after = with_round(after, name, row._replace(unanswered=row.unanswered + 1))
    return after._replace(beyond=state.beyond or beyond)


def _held(state: State) -> int:
    return sum(offer.phase in LIVE for offer in state.offers)


def _publish(state: State, work: Work, _: Setting) -> State:
    row = work.read[-1]
    if row.phase != DRAWN or row.told != len(row.entered):
        return state
    return with_round(state, work.about, row._replace(phase=SETTLED if not row.unanswered else PUBLISHED))


def _answer(state: State, work: Work, _: Setting) -> State:
    how = work.about.partition(" ")[0]
    offer, (_, held), row = work.read
    if offer.phase != EXTENDED:
        return state
    phase = ANSWERS[how]
    gives = phase not in LIVE
    after = with_offer(state, offer._replace(phase=phase, ends=_ends(state, offer) + gives))
    after = after._replace(held=held - gives)
    return with_round(after, offer.round, _counted(row, 1))


def _ends(state: State, offer: Offer) -> int:
    """As it is now: what gives a seat back counts on its row, whatever was read before."""
    return next(o.ends for o in state.offers if (o.round, o.candidate) == (offer.round, offer.candidate))


def _counted(row: Round, number: int) -> Round:
    left = row.unanswered - number
    return row._replace(unanswered=left, phase=SETTLED if row.phase == PUBLISHED and not left else row.phase)


def _leave(state: State, work: Work, setting: Setting) -> State:
    gone, found, (_, held), _ = work.read
    if gone:
        return state
    after = state._replace(left=state.left | {work.about})
    return _ended(after, found, held) if setting.safe.leaving_ends else after


def _withdraw(state: State, work: Work, setting: Setting) -> State:
    jobs = {work.about} if setting.safe.ends_by_job else set()
    return state._replace(withdrawn=state.withdrawn | {work.about}, ending=state.ending | jobs)


def _end(state: State, work: Work, _: Setting) -> State:
    found, (_, held), _ = work.read[-3:]
    if not found:
        return state._replace(ending=state.ending - {work.about})
    return _ended(state, found, held)


def _ended(state: State, found: tuple[Offer, ...], held: int) -> State:
    for offer in found:
        ends = _ends(state, offer) + 1
        state = with_offer(state, offer._replace(phase=WITHDRAWN, ends=ends))
        if offer.phase == EXTENDED:
            state = with_round(state, offer.round, _counted(round_of(state, offer.round), 1))
    return state._replace(held=held - len(found)) if found else state


def _set_cap(state: State, work: Work, _: Setting) -> State:
    return state._replace(cap=None if work.about == "none" else int(work.about))


COMMITS: dict[str, Callable[[State, Work, Setting], State]] = {
    "close": _close,
    "fix": _fix,
    "take": _take,
    "tell": _tell,
    "publish": _publish,
    "answer": _answer,
    "leave": _leave,
    "withdraw": _withdraw,
    "end": _end,
    "set cap": _set_cap,
}
