"""Dropping what a subscriber has handled already: Kafka gives a record again after a crash or a rebalance."""

from __future__ import annotations

from collections.abc import Iterable

from jembatan.client.received import Event

Key = tuple[str, str, str]
"""Topic, noun and subject: what a fact's sequence counts within."""


class Repeats:
    """Remembers the last sequence of each subject.

    A subscriber that keeps its work in a database keeps `last` there too, in the same transaction: then each
    fact counts once, whatever crashes.
    """

    def __init__(self, last: Iterable[tuple[Key, int]] = ()) -> None:
        self.last: dict[Key, int] = dict(last)

    def is_new(self, event: Event) -> bool:
        """True the first time a fact is seen. Reports and refusals, which have no sequence, always are."""
        if not event.sequence:
            return True
        key = self.key(event)
        if event.sequence <= self.last.get(key, 0):
            return False
        self.last[key] = event.sequence
        return True

    def missing_before(self, event: Event) -> int:
        """How many facts of the subject were never seen before this one: 0 unless some were lost or skipped.

        Ask before `is_new`, which remembers the event.
        """
        return max(0, event.sequence - self.last.get(self.key(event), 0) - 1) if event.sequence else 0

    @staticmethod
    def key(event: Event) -> Key:
        return event.record.topic, event.noun, event.subject
