"""Quix Streams: facts into its state store on disk, without a changelog topic, since the facts are there.

Prints as JSON how many facts were folded after the first, in how many seconds, and the digest of the last
states.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from time import monotonic
from typing import Any

from quixstreams import Application, State

from benchmarks.peers import work
from benchmarks.peers.folding import digest_of, total

WANTED = int(os.environ.get("BENCH_COUNT", "0"))
LAST = os.environ.get("BENCH_EACH", "20").rjust(20, "0")


class Fold:
    """Keeps each subject's last state; the store cannot be listed, so the last are noted as they come."""

    def __init__(self) -> None:
        self.count = 0
        self.started = self.ended = 0.0
        self.shares: list[int] = []

    def __call__(self, fact: dict[str, Any], state: State) -> None:
        before = state.get("sequence", "")
        if fact["sequence"] > before:
            state.set("state", fact["data"]["state"])
            state.set("sequence", fact["sequence"])
        if fact["sequence"] == LAST:
            kept = state.get("state")
            self.shares.append(digest_of(fact["subject"], kept["phase"], kept["preferences"]))
        self.count += 1
        self.ended = monotonic()
        self.started = self.started or self.ended


def main() -> None:
    """Fold all facts, then tell."""
    fold = Fold()
    with tempfile.TemporaryDirectory() as folder:
        app = Application(
            broker_address=work.KAFKA,
            consumer_group=f"bench-quix-{os.getpid()}",
            auto_offset_reset="earliest",
            state_dir=folder,
            use_changelog_topics=False,
            auto_create_topics=False,
            loglevel="WARNING",
        )
        facts = app.topic(work.INPUT, key_deserializer="str", value_deserializer="json")
        app.run(app.dataframe(facts).update(fold, stateful=True), count=WANTED, collect=False)
    told = {"count": fold.count - 1, "seconds": fold.ended - fold.started, "digest": total(fold.shares)}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
