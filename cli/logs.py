"""Logging of a service's process: JSON lines, or for a terminal readable ones."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from time import monotonic
from typing import Any

import structlog
from structlog.typing import Processor

REPEATED_AFTER = 30.0
MOST = 500
"""Different warnings that are remembered; some libraries put numbers into their texts."""
OTHERS = ("faust", "mode", "aiokafka", "asyncio")


class Seldom(logging.Filter):
    """Lets a library's warning through once in so many seconds, and says how often it came meanwhile.

    While Kafka is away aiokafka tells so dozens of times a second, and nothing else could be found. `clock`
    gives seconds.
    """

    def __init__(self, every: float = REPEATED_AFTER, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._every = every
        self._clock = clock
        self._told: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(OTHERS):
            return True
        key = record.name, str(record.msg)
        since, times = self._told.get(key, (float("-inf"), 0))
        now = self._clock()
        if now - since < self._every:
            self._told[key] = since, times + 1
            return False
        if len(self._told) > MOST:
            self._told.clear()
        self._told[key] = now, 0
        if times:
            record.msg = f"{record.msg} (and {times} times more in {now - since:.0f} s)"
        return True


def configure(level: str, *, readable: bool) -> dict[str, Any]:
    """Set structlog up, and give the `logging.config` with which other libraries' records look the same."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    return _config(level, _formatter(shared, readable=readable))


def _formatter(shared: list[Processor], *, readable: bool) -> dict[str, Any]:
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if readable:
        last.append(structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty()))
    else:
        last += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": last,
        "foreign_pre_chain": [*shared, structlog.stdlib.PositionalArgumentsFormatter()],
    }


def _config(level: str, formatter: dict[str, Any]) -> dict[str, Any]:
    # Faust and aiokafka tell every step of a rebalance at INFO.
    quiet = {name: {"level": "WARNING"} for name in OTHERS}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "filters": {"seldom": {"()": Seldom}},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["seldom"],
                "stream": "ext://sys.stdout",
            }
        },
        "loggers": quiet,
        "root": {"level": level, "handlers": ["out"]},
    }
