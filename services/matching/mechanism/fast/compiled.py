"""The loop of deferred acceptance over arrays, compiled to machine code by numba.

The same rule as `services.matching.mechanism.matching`, one request at a time, over whole numbers instead of
names. All compiled functions stand in this one file, since numba's cache on disk follows a function's own
file and not those that it calls into.

Besides the compiler two things make it fast. A pair is one integer, its key: the smaller stands before, and
its lowest bits (`mask`) say which entry of the lists it is. And a place keeps the keys inside it as a bare
list until it is first full, and only from then on as a heap with the last one on top.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit

from services.matching.mechanism.fast.arrays import Flags, Ints

Function = TypeVar("Function", bound=Callable[..., Any])
NOBODY = NOWHERE = -1


def compiled(function: Function) -> Function:
    """The function as machine code, kept on disk beside this file for the next process."""
    return cast(Function, njit(cache=True, nogil=True)(function))


class Tree(NamedTuple):
    """For each place the next capped one above it, or -1; and its seats (of a capped one)."""

    up: Ints
    room: Ints


class Lists(NamedTuple):
    """Where each candidate's list starts; each entry's lowest capped place or -1, key, and candidate."""

    starts: Ints
    lowest: Ints
    keys: Ints
    owner: Ints
    mask: int


class Seats(NamedTuple):
    """The pairs inside each place: their number, and their keys from `offsets` on, `sizes` many.

    Keys of pairs that have left stay until they come to the top; `held` tells them from the others.
    """

    inside: Ints
    held: Flags
    offsets: Ints
    heaps: Ints
    sizes: Ints
    heaped: Flags


@compiled
def deferred_acceptance(tree: Tree, lists: Lists) -> tuple[Ints, Ints]:
    """When nobody has anything left to ask for: the entry each candidate holds, the last in each full place.

    -1 where there is none: a candidate without a seat; a place that is not full, or holds nobody.
    """
    seats = _empty_seats(tree, lists)
    people = len(lists.starts) - 1
    asked, got = lists.starts[:-1].copy(), np.full(people, NOBODY, np.int64)
    for first in range(people):
        candidate = first
        while candidate != NOBODY and asked[candidate] < lists.starts[candidate + 1]:
            entry = asked[candidate]
            asked[candidate] += 1
            taken, gone = _ask(entry, tree, lists, seats)
            if gone != NOBODY:
                got[gone] = NOBODY
            if taken:
                got[candidate] = entry
                candidate = gone
    return got, _lasts(tree, lists, seats)


@compiled
def _ask(entry: int, tree: Tree, lists: Lists, seats: Seats) -> tuple[bool, int]:
    """Whether the entry gets a seat, and the candidate who gave way for it or -1."""
    full = _lowest_full(lists.lowest[entry], tree, seats)
    if full == NOWHERE:
        _hold(entry, tree, lists, seats)
        return True, NOBODY
    last = _last(full, lists, seats)
    if last == NOBODY or last < lists.keys[entry]:
        return False, NOBODY
    _drop(last & lists.mask, tree, lists, seats)
    _hold(entry, tree, lists, seats)
    return True, lists.owner[last & lists.mask]


@compiled
def _hold(entry: int, tree: Tree, lists: Lists, seats: Seats) -> None:
    seats.held[entry] = True
    place = lists.lowest[entry]
    while place != NOWHERE:
        seats.inside[place] += 1
        at = seats.sizes[place]
        heap = seats.heaps[seats.offsets[place] :]
        heap[at] = lists.keys[entry]
        seats.sizes[place] += 1
        if seats.heaped[place]:
            _rise(heap, at)
        place = tree.up[place]


@compiled
def _drop(entry: int, tree: Tree, lists: Lists, seats: Seats) -> None:
    seats.held[entry] = False
    place = lists.lowest[entry]
    while place != NOWHERE:
        seats.inside[place] -= 1
        place = tree.up[place]


@compiled
def _lowest_full(lowest: int, tree: Tree, seats: Seats) -> int:
    place = lowest
    while place != NOWHERE and seats.inside[place] < tree.room[place]:
        place = tree.up[place]
    return place


@compiled
def _last(place: int, lists: Lists, seats: Seats) -> int:
    """The key of the held pair that stands last inside a place, or -1 if it holds nobody."""
    heap, size = seats.heaps[seats.offsets[place] :], seats.sizes[place]
    if not seats.heaped[place]:
        seats.heaped[place] = True
        for at in range(size // 2 - 1, -1, -1):
            _sink(heap, size, at)
    while size and not seats.held[heap[0] & lists.mask]:
        size -= 1
        heap[0] = heap[size]
        _sink(heap, size, 0)
    seats.sizes[place] = size
    return heap[0] if size else NOBODY


@compiled
def _lasts(tree: Tree, lists: Lists, seats: Seats) -> Ints:
    lasts = np.full(len(tree.up), NOBODY, np.int64)
    for place in range(len(tree.up)):
        if seats.inside[place] and seats.inside[place] >= tree.room[place]:
            lasts[place] = _last(place, lists, seats) & lists.mask
    return lasts


@compiled
def _empty_seats(tree: Tree, lists: Lists) -> Seats:
    """Room in each place for every entry inside it, since none is held twice."""
    places, entries = len(tree.up), len(lists.lowest)
    offsets = np.zeros(places + 1, np.int64)
    for entry in range(entries):
        place = lists.lowest[entry]
        while place != NOWHERE:
            offsets[place + 1] += 1
            place = tree.up[place]
    offsets = np.cumsum(offsets)
    heaps, sizes = np.empty(offsets[-1] + 1, np.int64), np.zeros(places, np.int64)
    inside, held = np.zeros(places, np.int64), np.zeros(entries, np.bool_)
    return Seats(inside, held, offsets, heaps, sizes, np.zeros(places, np.bool_))


@compiled
def _rise(heap: Ints, at: int) -> None:
    key = heap[at]
    while at and heap[(at - 1) // 2] < key:
        heap[at] = heap[(at - 1) // 2]
        at = (at - 1) // 2
    heap[at] = key


@compiled
def _sink(heap: Ints, size: int, at: int) -> None:
    key = heap[at]
    while 2 * at + 1 < size:
        below = 2 * at + 1
        if below + 1 < size and heap[below + 1] > heap[below]:
            below += 1
        if heap[below] <= key:
            break
        heap[at] = heap[below]
        at = below
    heap[at] = key
