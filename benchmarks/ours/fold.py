"""A subscriber that keeps each subject's last state: `jembatan.client` and a dict.

Prints as JSON how many facts were folded after the first, in how many seconds, and the digest.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from time import monotonic
from typing import Any

from benchmarks.peers.folding import digest_of, total
from jembatan.client import Subscriber


async def main() -> None:
    """Fold the topic to its present end, then tell."""
    states: dict[str, Any] = {}
    count, started = 0, 0.0
    topic = os.environ["BENCH_INPUT"]
    async with Subscriber(os.environ["BENCH_KAFKA"], [topic], from_="earliest", to_end=True) as subscriber:
        async for event in subscriber:
            states[event.subject] = event.data.state
            count += 1
            if count == 1:
                started = monotonic()
    seconds = monotonic() - started
    shares = (digest_of(name, one.phase, one.preferences) for name, one in states.items())
    told = {"count": count - 1, "seconds": seconds, "digest": total(shares)}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
