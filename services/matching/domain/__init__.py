"""The rules of matching: who is in the roster, what a round decides, what comes of an offer."""

from services.matching.domain.deciding import MatchingDomain

__all__ = ["MatchingDomain"]
