"""Matching on a real PostgreSQL."""
