"""Each way to get the compiled code wrong shows against the reference.

A mutant is a change of the source, which is then run as plain Python: what numba compiles is the same text.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest

from services.matching import mechanism
from services.matching.market import Market, Result, market_of
from services.matching.mechanism.fast import compiled, names, passes, solving
from services.matching.mechanism.fast.arrays import Arrays, Outcome
from services.matching.mechanism.order import tickets
from tests.unit.mechanism.worlds import crowded, document

Solve = Callable[[Arrays], Outcome]

LOOP, PASSES, SOLVING = (Path(str(module.__file__)) for module in (compiled, passes, solving))
UNCOMPILED = (
    "from services.matching.mechanism.fast.jit import compiled",
    "compiled = lambda function: function",
)

MUTANTS: dict[str, tuple[Path, str, str]] = {
    "a cap too many by one": (LOOP, "inside[place] < tree.room[place]", "inside[place] <= tree.room[place]"),
    "caps above the lowest ignored": (
        LOOP,
        "        place = tree.up[place]\n    return place",
        "        place = NOWHERE\n    return place",
    ),
    "who stands behind enters": (LOOP, "if last < key:", "if last > key:"),
    "whoever enters first stays": (LOOP, "if key > seats.bar[full]:", "if True:"),
    "the bar refuses who stands before": (LOOP, "if key > seats.bar[full]:", "if key < seats.bar[full]:"),
    "the displaced never ask again": (LOOP, "                turn = left", "                turn = NOBODY"),
    "the displaced keep their seat": (LOOP, "                held[left] = NOBODY", "                pass"),
    "another candidate gives way": (LOOP, "starts[middle] <= entry", "starts[middle] < entry"),
    "seats are not given back": (LOOP, "seats.inside[place] -= 1", "seats.inside[place] -= 0"),
    "pairs that left still count": (LOOP, "size and not seats.held[heap[0] & lists.mask]", "False"),
    "heaps are made upside down": (LOOP, "if heap[below] <= key:", "if heap[below] >= key:"),
    "a heap is never made": (LOOP, "range(size // 2 - 1, -1, -1)", "range(0)"),
    "newcomers stay at the bottom of a heap": (
        LOOP,
        "            _rise(seats.heaps[first:], at)",
        "            pass",
    ),
    "a place with room has a last": (LOOP, "seats.inside[place] >= tree.room[place]", "True"),
    "lists are mixed up": (LOOP, "got[queue.order] = held", "got[:] = held"),
    "tiers are ignored": (
        SOLVING,
        "tier, score, bits = market.tier,",
        "tier, score, bits = market.tier * 0,",
    ),
    "scores are ignored": (
        SOLVING,
        "market.tier, market.score, _bits",
        "market.tier, market.score * 0, _bits",
    ),
    "scores before tiers": (SOLVING, "tier, score, bits = market.tier,", "score, tier, bits = market.tier,"),
    "lower scores first": (
        PASSES,
        "most - tier[entry] * scores - score[entry]",
        "tier[entry] * scores + score[entry]",
    ),
    "later tickets first": (PASSES, "<< bits | entry", "<< bits | len(tier) - 1 - entry"),
    "uncapped places hold": (SOLVING, "market.parent, market.room >= 0", "market.parent, market.room >= -1"),
    "no reason without room": (SOLVING, "(last != NONE) | (market.room == 0)", "last != NONE"),
    "the wish granted was passed over": (SOLVING, "market.starts[1:], got)", "market.starts[1:], got + 1)"),
}


@pytest.fixture(scope="module")
def given() -> list[Market]:
    small = [document(Random(seed), people=7) for seed in range(100)]
    return [market_of(one) for one in (*small, *(crowded(Random(seed)) for seed in range(20)))]


@pytest.fixture(scope="module")
def right(given: list[Market]) -> list[Result]:
    return [mechanism.match(market) for market in given]


def test_uncompiled_it_gives_the_same(given: list[Market], right: list[Result]) -> None:
    assert not _differs(_solver(LOOP, *UNCOMPILED), given, right)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_line_is_noticed(name: str, given: list[Market], right: list[Result]) -> None:
    assert _differs(_solver(*MUTANTS[name]), given, right)


def _differs(solve: Solve, given: list[Market], right: list[Result]) -> bool:
    """Whether any result is another one; one that ends in an error is another one too."""
    try:
        return any(_result(solve, market) != result for market, result in zip(given, right, strict=True))
    except (AssertionError, IndexError):
        return True


def _result(solve: Solve, market: Market) -> Result:
    drawn = tickets(market)
    numbered = names.numbered(market, drawn)
    return names.named(market, drawn, numbered, solve(numbered.arrays))


def _solver(path: Path, old: str, new: str) -> Solve:
    """`solve` over the loop, all as plain Python, with one line of one file changed."""
    texts = {one: one.read_text("utf-8") for one in (LOOP, PASSES, SOLVING)}
    assert texts[path].count(old) == 1, f"{old!r} is not there once"
    texts[path] = texts[path].replace(old, new)
    loop, passing, solver = (_run(text.replace(*UNCOMPILED)) for text in texts.values())
    solver["deferred_acceptance"] = loop["deferred_acceptance"]
    solver |= {name: passing[name] for name in ("above", "packed", "queued")}
    return cast(Solve, solver["solve"])


def _run(text: str) -> dict[str, Any]:
    module: dict[str, Any] = {"__name__": "mutant"}
    exec(compile(text, "mutant", "exec"), module)
    return module
