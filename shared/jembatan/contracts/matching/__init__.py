"""The language of matching: candidates, rounds, offers, seats, placements."""

from jembatan.contracts.matching import candidates, offers, placement_reports, placements, rounds

__all__ = ["candidates", "offers", "placement_reports", "placements", "rounds"]
