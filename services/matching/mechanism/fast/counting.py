"""Passes over all entries, compiled: with numpy alone each step would write millions of numbers anew."""

from __future__ import annotations

import numpy as np

from services.matching.mechanism.fast.arrays import Ints
from services.matching.mechanism.fast.jit import compiled


@compiled
def packed(tier: Ints, score: Ints, scores: int, most: int, bits: int) -> Ints:
    """Each entry's key: `most` less tier times `scores` plus score, and in the lowest `bits` its number."""
    keys = np.empty(len(tier), np.int64)
    for entry in range(len(tier)):
        keys[entry] = (most - tier[entry] * scores - score[entry]) << bits | entry
    return keys


@compiled
def above(starts: Ints, got: Ints) -> Ints:
    """Every entry above the one that its candidate holds; all of a candidate's who holds none."""
    ends = np.where(got == -1, starts[1:], got)
    found = np.empty((ends - starts[:-1]).sum(), np.int64)
    at = 0
    for candidate in range(len(got)):
        for entry in range(starts[candidate], ends[candidate]):
            found[at] = entry
            at += 1
    return found
