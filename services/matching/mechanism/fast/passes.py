"""Passes over all entries, compiled: with numpy alone each step would write millions of numbers anew."""

from __future__ import annotations

import numpy as np

from services.matching.mechanism.fast.arrays import Ints, Lists, Queue
from services.matching.mechanism.fast.jit import compiled


@compiled
def packed(tier: Ints, score: Ints, scores: int, most: int, bits: int) -> Ints:
    """Each entry's key: `most` less tier times `scores` plus score, and in the lowest `bits` its number."""
    keys = np.empty(len(tier), np.int64)
    for entry in range(len(tier)):
        keys[entry] = (most - tier[entry] * scores - score[entry]) << bits | entry
    return keys


@compiled
def queued(lists: Lists, keys: Ints, order: Ints) -> Queue:
    """The candidates in this order, with their entries."""
    turn, starts = np.empty(len(order), np.int64), np.zeros(len(order) + 1, np.int64)
    lowest, sorted_keys = np.empty(len(keys), np.int64), np.empty(len(keys), np.int64)
    for at in range(len(order)):
        first, end = lists.starts[order[at]], lists.starts[order[at] + 1]
        turn[order[at]], starts[at + 1] = at, starts[at] + end - first
        for entry in range(first, end):
            lowest[starts[at] + entry - first] = lists.lowest[entry]
            sorted_keys[starts[at] + entry - first] = keys[entry]
    return Queue(order, turn, starts, lowest, sorted_keys)


@compiled
def above(starts: Ints, ends: Ints, number: int) -> Ints:
    """The entries, `number` in all, from each start up to the end of the same candidate."""
    found = np.empty(number, np.int64)
    at = 0
    for candidate in range(len(ends)):
        for entry in range(starts[candidate], ends[candidate]):
            found[at] = entry
            at += 1
    return found
