"""What all folds come to: a digest over each subject's last state, in whichever order they come. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

LIMIT = 1 << 256


def digest_of(subject: str, phase: str, preferences: Sequence[str]) -> int:
    """One subject's share of the digest."""
    text = "\0".join((subject, phase, *preferences))
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def total(shares: Iterable[int]) -> str:
    """All shares together, as 64 hexadecimal digits."""
    return f"{sum(shares) % LIMIT:064x}"
