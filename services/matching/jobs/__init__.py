"""The long work of matching, in pages: freezing a round, matching it, publishing its result."""

from services.matching.jobs.jobs import MatchingJobs

__all__ = ["MatchingJobs"]
