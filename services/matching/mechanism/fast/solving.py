"""From arrays to arrays: standing, deferred acceptance, and the reasons that go with the finished match."""

from __future__ import annotations

import numpy as np

from services.matching.mechanism.fast.arrays import NONE, Arrays, Flags, Ints, Outcome
from services.matching.mechanism.fast.compiled import Lists, Tree, deferred_acceptance


def solve(market: Arrays) -> Outcome:
    """The stable match that is best for every candidate, who was passed over, and who stands last."""
    capped = at_or_above(market.parent, market.room >= 0)
    owner = np.repeat(np.arange(len(market.starts) - 1), np.diff(market.starts))
    lists = Lists(market.starts, capped[market.wished], keys(market), owner, _mask(market))
    got, last = deferred_acceptance(Tree(_over(market.parent, capped), market.room), lists)
    full = np.flatnonzero(last != NONE)
    passed, node = _passed(market, got, at_or_above(market.parent, (last != NONE) | (market.room == 0)))
    return Outcome(got, passed, node, last[node], full, last[full])


def keys(market: Arrays) -> Ints:
    """One integer for each entry; of two candidates' entries at one place the smaller stands before.

    Higher tier first, then higher score, then the smaller ticket, which is the smaller number of the entry.
    (One candidate's own entries compare by their lists, and never meet: nobody holds two.)
    """
    merit = _joined(market.tier, market.score)
    bits = _mask(market).bit_length()
    if _most(merit) >> (62 - bits):
        merit = _ranks(merit)
    return ((_most(merit) - merit) << bits) | np.arange(len(merit))


def at_or_above(parent: Ints, marked: Flags) -> Ints:
    """For each place the lowest marked one on its path, itself included, or -1.

    Each step doubles how far a place looks, so a tree of depth d takes log d steps.
    """
    here = np.arange(len(parent) + 1)
    look = np.append(np.where(marked, here[:-1], parent), NONE)
    while not np.array_equal(further := look[look], look):
        look = further
    return look[:-1]


def _passed(market: Arrays, got: Ints, full: Ints) -> tuple[Ints, Ints]:
    ends = np.where(got == NONE, market.starts[1:], got)
    passed = np.flatnonzero(np.arange(len(market.wished)) < np.repeat(ends, np.diff(market.starts)))
    node = full[market.wished[passed]]
    if (node == NONE).any():
        raise AssertionError("somebody was refused by a vacancy that has room: the match is wrong")
    return passed, node


def _over(parent: Ints, capped: Ints) -> Ints:
    return np.append(capped, NONE)[parent]


def _joined(tier: Ints, score: Ints) -> Ints:
    if (_most(tier) + 1) * (_most(score) + 1) >= 2**62:
        tier, score = _ranks(tier), _ranks(score)
    return tier * (_most(score) + 1) + score


def _ranks(values: Ints) -> Ints:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _most(values: Ints) -> int:
    return int(values.max(initial=0))


def _mask(market: Arrays) -> int:
    return (1 << len(market.wished).bit_length()) - 1
