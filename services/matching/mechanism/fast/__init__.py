"""The same match as `services.matching.mechanism`, for markets of up to millions of candidates.

`match` gives the same result, byte for byte, as the plain reference. It leaves small markets to that, since
importing numba would take longer than matching them, and every market where there is no numba (it has no
wheels for Macs with Intel processors). Whoever checks a round uses the reference alone.
"""

from __future__ import annotations

from importlib.util import find_spec

from services.matching import mechanism
from services.matching.market import Market, Result

# From about here on the compiled loop wins, its import included: see decision 0009.
LARGE = 50_000


def match(market: Market) -> Result:
    """The result of `mechanism.match`, sooner for a large market."""
    large = len(market.candidates) >= LARGE and find_spec("numba") is not None
    return match_compiled(market) if large else mechanism.match(market)


def match_compiled(market: Market) -> Result:
    """The result of `mechanism.match`, by arrays and compiled code whatever the size."""
    from services.matching.mechanism.fast.names import named, numbered
    from services.matching.mechanism.fast.solving import solve
    from services.matching.mechanism.order import tickets

    drawn = tickets(market)
    given = numbered(market, drawn)
    return named(market, drawn, given, solve(given.arrays))
