"""Logging of a service's process: JSON lines, or for a terminal readable ones."""

from __future__ import annotations

import sys
from typing import Any

import structlog
from structlog.typing import Processor


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
    quiet = {name: {"level": "WARNING"} for name in ("faust", "mode", "aiokafka", "asyncio")}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {
            "out": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stdout"}
        },
        "loggers": quiet,
        "root": {"level": level, "handlers": ["out"]},
    }
