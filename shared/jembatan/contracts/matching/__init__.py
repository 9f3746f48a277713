"""The language of matching: candidates, rounds, offers, seats."""

from jembatan.contracts.matching import offers, rounds

__all__ = ["offers", "rounds"]
