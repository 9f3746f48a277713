"""The loop of deferred acceptance over arrays, compiled to machine code by numba.

The same rule as `services.matching.mechanism.matching`, one request at a time, over whole numbers instead of
names. Besides the compiler three things make it fast. A pair is one integer, its key: the smaller stands
before, and its lowest bits (`mask`) say which entry of the lists it is. Who stands before at their first wish
asks first, so that few who hold a seat give way. And a place keeps the keys inside it as a bare list until it
is first full, and only from then on as a heap with the last one on top.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from services.matching.mechanism.fast.arrays import Flags, Ints, Lists, Queue, Tree
from services.matching.mechanism.fast.jit import compiled

NOBODY = NOWHERE = -1


class Seats(NamedTuple):
    """The pairs inside each place: their number, and their keys from `offsets` on, `sizes` many.

    Keys of pairs that have left stay until they come to the top; `held` tells them from the others. `bar`:
    the last key when it was looked for; while the place is full no later one stands behind it.
    """

    inside: Ints
    held: Flags
    offsets: Ints
    heaps: Ints
    sizes: Ints
    heaped: Flags
    bar: Ints


@compiled
def deferred_acceptance(tree: Tree, lists: Lists, queue: Queue) -> tuple[Ints, Ints]:
    """When nobody has anything left to ask for: the entry each candidate holds, the last in each full place.

    -1 where there is none: a candidate without a seat; a place that is not full, or holds nobody.
    """
    seats = _empty_seats(tree, lists)
    asked, held = queue.starts[:-1].copy(), np.full(len(queue.order), NOBODY, np.int64)
    for first in range(len(queue.order)):
        turn = first
        while turn != NOBODY and asked[turn] < queue.starts[turn + 1]:
            at = asked[turn]
            asked[turn] += 1
            taken, gone = _ask(queue.keys[at], queue.lowest[at], tree, lists, seats)
            left = NOBODY if gone == NOBODY else queue.turn[gone]
            if left != NOBODY:
                held[left] = NOBODY
            if taken:
                held[turn] = queue.keys[at] & lists.mask
                turn = left
    got = np.empty(len(held), np.int64)
    got[queue.order] = held
    return got, _lasts(tree, lists, seats)


@compiled
def _ask(key: int, lowest: int, tree: Tree, lists: Lists, seats: Seats) -> tuple[bool, int]:
    """Whether the pair gets a seat, and the candidate who gave way for it or -1."""
    full, gone = _lowest_full(lowest, tree, seats), NOBODY
    if full != NOWHERE:
        if key > seats.bar[full]:
            return False, NOBODY
        last = _last(full, lists, seats)
        seats.bar[full] = last
        if last < key:
            return False, NOBODY
        _drop(last & lists.mask, tree, lists, seats)
        gone = _owner(last & lists.mask, lists.starts)
    _hold(key, lowest, tree, lists, seats)
    return True, gone


@compiled
def _hold(key: int, lowest: int, tree: Tree, lists: Lists, seats: Seats) -> None:
    seats.held[key & lists.mask] = True
    place = lowest
    while place != NOWHERE:
        seats.inside[place] += 1
        at, first = seats.sizes[place], seats.offsets[place]
        seats.heaps[first + at] = key
        seats.sizes[place] += 1
        if seats.heaped[place]:
            _rise(seats.heaps[first:], at)
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
    for place in range(places):
        offsets[place + 1] += offsets[place]
    heaps, sizes = np.empty(offsets[-1] + 1, np.int64), np.zeros(places, np.int64)
    inside, held = np.zeros(places, np.int64), np.zeros(entries, np.bool_)
    bar = np.full(places, np.iinfo(np.int64).max)
    return Seats(inside, held, offsets, heaps, sizes, np.zeros(places, np.bool_), bar)


@compiled
def _owner(entry: int, starts: Ints) -> int:
    """The candidate whose list the entry is on, by bisection (numpy's own takes long to compile)."""
    low, high = 0, len(starts) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if starts[middle] <= entry:
            low = middle
        else:
            high = middle
    return low


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
