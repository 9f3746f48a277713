"""Faust: facts into a table in memory, which it also writes to its changelog topic.

Prints as JSON how many facts were folded after the first, in how many seconds, and the digest of the table.
"""

from __future__ import annotations

import json
import os
import sys
from time import monotonic

import faust

from benchmarks.peers import work
from benchmarks.peers.faust.app import make, run
from benchmarks.peers.folding import digest_of, total

WANTED = int(os.environ.get("BENCH_COUNT", "0"))

app = make("fold", topic_allow_declare=True)
facts = app.topic(work.INPUT, key_type=bytes, key_serializer="raw", value_serializer="json")
states = app.Table("states", default=dict)


@app.agent(facts)
async def fold(stream: faust.StreamT[dict]) -> None:  # type: ignore[type-arg]
    """Keep each subject's last state."""
    count, started = 0, 0.0
    async for fact in stream:
        states[fact["subject"]] = fact["data"]["state"]
        count += 1
        if count == 1:
            started = monotonic()
        if count == WANTED:
            tell(count - 1, monotonic() - started)


def tell(count: int, seconds: float) -> None:
    """Print what came of it, and end."""
    shares = (digest_of(name, one["phase"], one["preferences"]) for name, one in states.items())
    print(
        json.dumps({"count": count, "seconds": seconds, "digest": total(shares)}),
        file=sys.__stdout__,
        flush=True,
    )
    os._exit(0)


if __name__ == "__main__":
    run(app)
