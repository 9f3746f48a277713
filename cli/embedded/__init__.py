"""Kafka and PostgreSQL without Docker: child processes on loopback, with their data in one folder."""

from cli.embedded.errors import EmbeddedError
from cli.embedded.stack import EmbeddedStack

__all__ = ["EmbeddedError", "EmbeddedStack"]
