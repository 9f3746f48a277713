"""What came of a recovery."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Told:
    """`same`: facts decided again as they are published; `anew`: those beyond the ends, by topic.

    `folded`: causes whose facts were folded, with their facts; `lost`: what is no longer kept.
    """

    decided: int = 0
    same: int = 0
    anew: Counter[str] = field(default_factory=Counter)
    folded: dict[str, list[str]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    @property
    def facts_folded(self) -> int:
        return sum(map(len, self.folded.values()))
