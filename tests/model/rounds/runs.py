"""The runs: rounds as built, which must hold, and the mutants, each of which must be caught."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.model.rounds.setting import Setting
from tests.model.rounds.state import Budget

TWO_UNDER_ONE_CAP = (("r1", ("a", "b")), ("r2", ("c", "d")))
ONE_EACH = (("r1", ("a",)), ("r2", ("b",)))
SHARED = (("r1", ("a",)), ("r2", ("a", "b")))
ALONE = (("r1", ("a", "b")),)


@dataclass(frozen=True)
class Mutant:
    """A safeguard taken out, and the violation that must show."""

    setting: Setting
    violation: str


ZOMBIES = Setting(
    "two_workers_at_one_page", ALONE, Budget(crashes=1), cap=1, answers=("decline",), zombies=True
)
SMALL = (
    ZOMBIES,
    Setting("two_rounds_under_one_cap", TWO_UNDER_ONE_CAP, Budget(caps=(2, 1)), cap=1, answers=("decline",)),
    Setting("answers_and_a_cap_lowered", ALONE, Budget(caps=(1,), crashes=1), cap=2),
    Setting("a_cap_comes_and_goes", ONE_EACH, Budget(caps=(1, None, 1), crashes=1), answers=("decline",)),
    Setting("one_candidate_in_two_rounds", SHARED, Budget(crashes=1), answers=("accept", "decline")),
    Setting("a_candidate_leaves", SHARED, Budget(crashes=1, leaves=1), cap=1, answers=("accept", "lapse")),
    Setting("a_vacancy_is_withdrawn", ALONE, Budget(crashes=1, withdrawals=1), cap=1),
    Setting("both_and_three_at_once", (("r1", ("a",)),), Budget(leaves=1, withdrawals=1), cap=1, at_once=3),
)


def _without(setting: Setting, safeguard: str, violation: str) -> Mutant:
    off = replace(setting.safe, **{safeguard: False})
    return Mutant(replace(setting, name=safeguard, safe=off), violation)


_CAP = Setting("", ONE_EACH, Budget(), cap=1, answers=("decline",))
_SET = Setting("", ONE_EACH, Budget(caps=(1,)), answers=("decline",))
_SHARED = Setting("", SHARED, Budget(), answers=("accept", "decline"))
_LEAVES = Setting("", ALONE, Budget(leaves=1), answers=("accept", "decline"))
_WITHDRAWN = Setting("", ALONE, Budget(withdrawals=1), answers=("accept", "decline"))

MUTANTS = (
    _without(_CAP, "busy_seen", "BEYOND_CAP"),
    _without(replace(_CAP, budget=Budget(caps=(None,))), "fixed_cap_seen", "BEYOND_CAP"),
    _without(_SET, "caps_fixed_with_mark", "BEYOND_CAP"),
    _without(_CAP, "cap_locked", "BEYOND_CAP"),
    _without(_SHARED, "candidate_locked", "IN_TWO_ROUNDS"),
    _without(_LEAVES, "candidate_locked", "OUTLIVED_ITS_CANDIDATE"),
    _without(_SHARED, "in_one_round", "TWO_LIVE_OFFERS"),
    _without(_SHARED, "offer_bars", "TWO_LIVE_OFFERS"),
    _without(Setting("", ALONE, Budget()), "offer_locked", "SEAT_GIVEN_TWICE"),
    _without(_LEAVES, "ends_at_publication", "OUTLIVED_ITS_CANDIDATE"),
    _without(_WITHDRAWN, "ends_at_publication", "OUTLIVED_ITS_VACANCY"),
    _without(_WITHDRAWN, "vacancy_locked", "OUTLIVED_ITS_VACANCY"),
    _without(_WITHDRAWN, "ends_by_job", "OUTLIVED_ITS_VACANCY"),
    _without(_LEAVES, "leaving_ends", "OUTLIVED_ITS_CANDIDATE"),
    _without(replace(ZOMBIES, budget=Budget()), "page_compared", "ENTERED_TWICE"),
)
