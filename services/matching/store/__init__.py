"""Every SQL statement of matching."""

from services.matching.store.store import MatchingStore

__all__ = ["MatchingStore"]
