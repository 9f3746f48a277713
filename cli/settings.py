"""The settings of a service, as the help of `jembatan service` tells them.

Its defaults are written out, since reading the engine's takes a quarter of a second that every command would
wait for; a test compares them.
"""

from __future__ import annotations

TOLD: dict[str, tuple[str, str]] = {
    "KAFKA": ("127.0.0.1:9092", "Kafka."),
    "POSTGRES": ("postgresql://127.0.0.1:5432/jembatan", "PostgreSQL, as a URL."),
    "POSTGRES_PASSWORD_FILE": ("", "A file with the password, which replaces the one in the URL."),
    "TIME": ("broker", "Whose time counts: `broker`, or `simulated` for examples and tests."),
    "PARTITIONS": ("4", "Partitions of every topic; one number for the whole installation."),
    "REPORTERS": ("reporters.toml", "A file: who may report what."),
    "PROGRAMMES": ("programmes", "The folder of programmes and schemes."),
    "CHAINS": ("", "A file: chains of beacons besides quicknet (`matching` only)."),
    "SECRET": ("", "In hex, 32 bytes or more: makes the references of candidates (`matching` only)."),
    "SECRET_FILE": ("", "A file with that secret, read where `JEMBATAN_SECRET` is empty."),
    "WEB_HOST": ("127.0.0.1", "Address of `/livez`, `/readyz`, `/metrics` and `/activity`."),
    "WEB_PORT": ("0", "Their port; 0 takes a free one."),
    "LOG_LEVEL": ("INFO", "What is logged: `DEBUG`, `INFO`, `WARNING`, `ERROR`."),
    "POOL": ("12", "Connections to PostgreSQL at most."),
    "SESSION_TIMEOUT_MS": ("45000", "Milliseconds without a word, then the partitions go to other workers."),
    "STALL_AFTER": ("60", "Seconds without progress until it is not ready; after twice as many it ends."),
    "CLOCK_JUMP": ("60", "Seconds by which a record may be ahead of the clock."),
    "REQUEST_TIMEOUT": ("15", "Seconds for a request to Kafka, and to connect to PostgreSQL."),
    "STATEMENT_TIMEOUT": ("30", "Seconds for a statement."),
    "DRAIN": ("10", "Seconds to finish when told to stop; after twice as many and 5 it ends by force."),
    "BATCH_RECORDS": ("500", "Records in a batch at most."),
    "BATCH_BYTES": ("4194304", "Bytes in a batch at most."),
    "TICK_EVERY": ("1", "Seconds from one tick of the clock to the next."),
    "SEEN_DAYS": ("45", "Days for which a report's id is known, 45 or more."),
    "OUTBOX_DAYS": ("1", "Days for which a published fact stays in PostgreSQL's outbox, too."),
}


def told() -> str:
    """A list in Markdown: each variable, what it is for, and what holds unless it is set."""
    lines = (
        f"- `JEMBATAN_{name}`: {text}{f' Default: `{default}`.' if default else ''}"
        for name, (default, text) in TOLD.items()
    )
    return "\n".join(["Settings, each a variable of the environment:", "", *lines])
