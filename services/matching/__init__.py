"""The matching service: candidates, rounds, offers and placements."""
