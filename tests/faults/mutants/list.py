"""The mutants by name: which safeguard is out, and how it is taken out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.faults.mutants import deciding, hosting, publishing


@dataclass(frozen=True)
class Mutant:
    """A safeguard of the engine, taken out in a test's process."""

    without: str
    take_out: Callable[[], None]


MUTANTS: Mapping[str, Mutant] = {
    "position_without_compare": Mutant(
        "the position is moved whatever it was", deciding.position_without_compare
    ),
    "no_seen_ids": Mutant("no report's id is known", deciding.no_seen_ids),
    "places_without_the_lock": Mutant(
        "places come from a counter of their own, that no transaction holds", deciding.places_without_the_lock
    ),
    "watermark_ignored": Mutant("deadlines pass by the clock", deciding.watermark_ignored),
    "publish_before_commit": Mutant("facts are sent before COMMIT", publishing.publish_before_commit),
    "fresh_producer_id": Mutant("a producer id for each taking", publishing.fresh_producer_id),
    "retake_without_epoch": Mutant("taking a lane raises no epoch", publishing.retake_without_epoch),
    "halt_without_epoch": Mutant("a halt is written without the epoch", publishing.halt_without_epoch),
    "prune_before_acknowledgement": Mutant(
        "facts are pruned whether acknowledged or not", publishing.prune_before_acknowledgement
    ),
    "no_deadline": Mutant("no call to PostgreSQL has a deadline", hosting.no_deadline),
    "no_watchdog": Mutant("nobody watches progress", hosting.no_watchdog),
}


@dataclass(frozen=True)
class Covered:
    """A safeguard that others cover for, and how."""

    without: str
    why: str


COVERED: Mapping[str, Covered] = {
    "first_record_not_alone": Covered(
        "the first request for a lane that was taken holds more than one record",
        "with one request under way a lane's numbers are refused all the same; it counts with two "
        "(tests/model, `first_record_not_alone_at_depth_one`)",
    ),
}
"""Safeguards of the model that no run of real processes misses, and what covers for them."""
