"""The answer to a report."""

from __future__ import annotations

from collections.abc import Sequence

from jembatan.contracts.deciding import Decided, Draft, Outcome, Refused
from jembatan.contracts.refusal import Reason


def answer(reasons: Sequence[Reason], *facts: Draft) -> Outcome:
    """The refusal if there is any reason, else the facts."""
    return Refused(tuple(reasons)) if reasons else Decided(facts)
