"""What each transaction locks and reads, in this order, before it commits.

A lock is a name; `None` reads without one. A read under a lock stays true until the commit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.model.rounds.setting import Safeguards, Setting
from tests.model.rounds.state import BUSY, LIVE, SETTLED, Offer, State, offer_of, round_of

Read = tuple[frozenset[str], Callable[[State], Any]]
"""The locks of a step, and what is read once they are held."""
NONE: frozenset[str] = frozenset()
JOB: Read = (NONE, lambda _: None)
PAGES = ("take", "tell", "publish", "end")


def steps(state: State, name: str, about: str, setting: Setting) -> tuple[Read, ...]:
    """The reads of a transaction by its name; locks on rows are those that there are now.

    Where two workers may be at one page, that it is still to be done is read first, without a lock.
    """
    before = (JOB,) if setting.zombies and name in PAGES else ()
    return *before, *READS[name](state, about, setting.safe)


def _cap(safe: Safeguards) -> Read:
    return _lock("cap", on=safe.cap_locked), lambda now: (now.cap, now.held)


def _round(name: str) -> Read:
    return _lock(f"round {name}"), lambda now: round_of(now, name)


def _vacancy(name: str, safe: Safeguards) -> Read:
    return _lock(f"vacancy {name}", on=safe.vacancy_locked), lambda now: name in now.withdrawn


def _lock(name: str, *, on: bool = True) -> frozenset[str]:
    return frozenset({name}) if on else NONE


def _close(_: State, about: str, safe: Safeguards) -> tuple[Read, ...]:
    return (
        _cap(safe),
        _round(about),
        (NONE, lambda now: tuple(one.cap for name, one in now.rounds if name != about and one.phase in BUSY)),
    )


def _fix(_: State, about: str, safe: Safeguards) -> tuple[Read, ...]:
    return _cap(safe), _round(about)


def _take(_: State, about: str, safe: Safeguards) -> tuple[Read, ...]:
    name, who = about.split(":")
    lock = _lock(f"candidate {who}", on=safe.candidate_locked)
    read = lock, lambda now: (who in now.left, in_other(now, name, who), holds(now, who))
    return read, _round(name)


def in_other(state: State, name: str, who: str) -> bool:
    """Whether another round that is not settled has taken the candidate in."""
    return any(who in one.entered and one.phase != SETTLED for other, one in state.rounds if other != name)


def holds(state: State, who: str) -> bool:
    """Whether the candidate has a live offer."""
    return any(offer.candidate == who and offer.phase in LIVE for offer in state.offers)


def _tell(_: State, about: str, safe: Safeguards) -> tuple[Read, ...]:
    name, who = about.split(":")
    lock = _lock(f"candidate {who}", on=safe.candidate_locked)
    return (lock, lambda now: who in now.left), _vacancy(name, safe), _cap(safe), _round(name)


def _publish(_: State, about: str, safe: Safeguards) -> tuple[Read, ...]:
    return (_round(about),)


def _answer(_: State, about: str, safe: Safeguards) -> tuple[Read, ...]:
    offer = about.partition(" ")[2]
    row = _lock(f"offer {offer}", on=safe.offer_locked), lambda now: offer_of(now, offer)
    return row, _cap(safe), _round(offer.partition(":")[0])


def _leave(state: State, about: str, safe: Safeguards) -> tuple[Read, ...]:
    found = standing(state, lambda one: one.candidate == about)
    rounds = frozenset(f"round {one.round}" for one in found)
    return (
        (_lock(f"candidate {about}", on=safe.candidate_locked), lambda now: about in now.left),
        (_rows(found, safe), lambda now: standing(now, lambda one: one.candidate == about)),
        _cap(safe),
        (rounds, lambda _: None),
    )


def _withdraw(_: State, about: str, safe: Safeguards) -> tuple[Read, ...]:
    return (_vacancy(about, safe),)


def _end(state: State, about: str, safe: Safeguards) -> tuple[Read, ...]:
    found = standing(state, lambda one: one.round == about)
    return (
        (_rows(found, safe), lambda now: standing(now, lambda one: one.round == about)),
        _cap(safe),
        _round(about),
    )


def _set_cap(_: State, __: str, safe: Safeguards) -> tuple[Read, ...]:
    return (_cap(safe),)


def standing(state: State, of: Callable[[Offer], bool]) -> tuple[Offer, ...]:
    """Live offers."""
    return tuple(one for one in state.offers if one.phase in LIVE and of(one))


def _rows(found: tuple[Offer, ...], safe: Safeguards) -> frozenset[str]:
    names = frozenset(f"offer {one.round}:{one.candidate}" for one in found)
    return names if safe.offer_locked else NONE


READS: dict[str, Callable[[State, str, Safeguards], tuple[Read, ...]]] = {
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
