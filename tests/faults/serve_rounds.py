"""`jembatan service matching` with pages so small that a round of a few dozen candidates has many."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import cli.service
from services.matching.domain import listing
from services.matching.jobs import ending, freeze, match
from services.matching.jobs.apart import apart
from tests.faults.mutants.deciding import replace

PEOPLE, OFFERS, PART_BYTES = 10, 3, 2_000


async def small_apart(function: Callable[..., Any], *arguments: object) -> object:
    """Compute in a process of its own, which cuts listings as small as this one's."""
    return await apart(small, function, *arguments)


def small(function: Callable[..., Any], *arguments: object) -> object:
    """In that process."""
    listing.PART_BYTES = PART_BYTES
    return function(*arguments)


def main() -> None:
    for module in (freeze, match):
        replace(module, CANDIDATES=PEOPLE, PARTS=1, apart=small_apart)
    replace(ending, OFFERS=OFFERS)
    cli.service.run(sys.argv[1])


if __name__ == "__main__":
    main()
