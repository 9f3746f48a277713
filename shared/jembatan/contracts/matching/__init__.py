"""The language of matching: candidates, rounds, offers, seats."""

from jembatan.contracts.matching import candidates, offers, rounds

__all__ = ["candidates", "offers", "rounds"]
