"""From arrays to arrays: standing, deferred acceptance, and the reasons that go with the finished match."""

from __future__ import annotations

import numpy as np

from services.matching.mechanism.fast.arrays import NONE, Arrays, Flags, Ints, Lists, Outcome, Tree
from services.matching.mechanism.fast.compiled import deferred_acceptance
from services.matching.mechanism.fast.passes import above, packed, queued


def solve(market: Arrays) -> Outcome:
    """The stable match that is best for every candidate, who was passed over, and who stands last."""
    capped = at_or_above(market.parent, market.room >= 0)
    lists = Lists(market.starts, capped[market.wished], (1 << _bits(market)) - 1)
    tree = Tree(np.append(capped, NONE)[market.parent], market.room)
    standing = keys(market)
    got, last = deferred_acceptance(tree, lists, queued(lists, standing, _first_come(market, standing)))
    full = np.flatnonzero(last != NONE)
    ends = np.where(got == NONE, market.starts[1:], got)
    passed = above(market.starts, ends, int((ends - market.starts[:-1]).sum()))
    node = at_or_above(market.parent, (last != NONE) | (market.room == 0))[market.wished[passed]]
    if (node == NONE).any():
        raise AssertionError("somebody was refused by a vacancy that has room: the match is wrong")
    return Outcome(got, passed, node, last[node], full, last[full])


def keys(market: Arrays) -> Ints:
    """One integer for each entry; of two candidates' entries at one place the smaller stands before.

    Higher tier first, then higher score, then the smaller ticket, which is the smaller number of the entry.
    (One candidate's own entries compare by their lists, and never meet: nobody holds two.)
    """
    tier, score, bits = market.tier, market.score, _bits(market)
    if _merits(tier, score) >> (63 - bits):
        tier, score = _ranks(tier), _ranks(score)
    if _merits(tier, score) >> (63 - bits):
        tier, score = np.zeros_like(tier), _ranks(tier * (_most(score) + 1) + score)
    return packed(tier, score, _most(score) + 1, _merits(tier, score) - 1, bits)


def _first_come(market: Arrays, standing: Ints) -> Ints:
    """The candidates in the order of how they stand at their first wish; the order changes no result."""
    none = np.diff(market.starts) == 0
    firsts = np.append(standing, 0)[market.starts[:-1]]
    return np.argsort(np.where(none, _most(standing), firsts))


def at_or_above(parent: Ints, marked: Flags) -> Ints:
    """For each place the lowest marked one on its path, itself included, or -1.

    Each step doubles how far a place looks, so a tree of depth d takes log d steps.
    """
    here = np.arange(len(parent) + 1)
    look = np.append(np.where(marked, here[:-1], parent), NONE)
    while not np.array_equal(further := look[look], look):
        look = further
    return look[:-1]


def _merits(tier: Ints, score: Ints) -> int:
    return (_most(tier) + 1) * (_most(score) + 1)


def _ranks(values: Ints) -> Ints:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _most(values: Ints) -> int:
    return int(values.max(initial=0))


def _bits(market: Arrays) -> int:
    return len(market.wished).bit_length()
