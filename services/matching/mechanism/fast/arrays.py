"""A market and its outcome as arrays, and what the compiled loop works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NONE = -1


@dataclass(frozen=True, slots=True)
class Arrays:
    """A market of n candidates, p places and m entries (a candidate's wish for a vacancy), all int64.

    Places are numbered, the vacancies first. Candidates are numbered in the order of their tickets, so that
    of two equals the smaller number stands before.

    - `parent` (p): the place above each, -1 at a root; `room` (p): its free seats, -1 without a cap;
    - `starts` (n + 1): candidate c's list is the entries from `starts[c]` up to `starts[c + 1]`, best first;
    - `wished`, `tier`, `score` (m): each entry's vacancy, and the tier and points the candidate has there.
    """

    parent: Ints
    room: Ints
    starts: Ints
    wished: Ints
    tier: Ints
    score: Ints


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of `Arrays`, by the same numbers.

    - `got` (n): the entry each candidate holds, or -1;
    - `passed` (k): in order, every entry above the one its candidate holds; beside each, in `node`, the
      lowest full place on its vacancy's path and in `before` the entry of the pair that stands last inside,
      or -1 where there is no room at all;
    - `full` (f): the full places that hold somebody; beside each, in `last`, the entry of the pair that
      stands last inside.
    """

    got: Ints
    passed: Ints
    node: Ints
    before: Ints
    full: Ints
    last: Ints


class Tree(NamedTuple):
    """For each place the next capped one above it, or -1; and its seats (of a capped one)."""

    up: Ints
    room: Ints


class Lists(NamedTuple):
    """Where each candidate's entries start, and each entry's lowest capped place or -1."""

    starts: Ints
    lowest: Ints
    mask: int


class Queue(NamedTuple):
    """The candidates as they ask, and the turn of each; their entries in this order, each with its key.

    What is read together lies together: going through a million lists at random would take longer than
    all else.
    """

    order: Ints
    turn: Ints
    starts: Ints
    lowest: Ints
    keys: Ints
