"""The `jembatan` command: every sub-command by its panel, and how a failure ends."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable

import typer

from cli import commands_read, commands_report, commands_round, commands_run, commands_setup
from cli.exits import Exit, Failed
from cli.failures import explain
from cli.output import complain

ABOUT = """Jembatan: labour migration under agreements between governments, as events on Kafka.

What is reported becomes facts, or a refusal with every reason. Start with `jembatan demo`."""

app = typer.Typer(
    name="jembatan",
    help=ABOUT,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback(help=ABOUT)
def about() -> None:
    """Every command is a sub-command, also if there is only one."""


for panel in (commands_run, commands_report, commands_read, commands_round, commands_setup):
    panel.add(app)


def main() -> None:
    """Run the command and exit with one of `cli.exits.Exit`."""
    if not os.environ.get("JEMBATAN_DEBUG"):
        # What a library logs before it raises is told again, in a sentence.
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    sys.exit(int(ended(lambda: app(standalone_mode=True))))


def ended(command: Callable[[], object]) -> int:
    """The exit code of a command; its failure is told in sentences, never by a traceback."""
    try:
        command()
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else Exit.OK if error.code is None else Exit.NO
    except Failed as failed:
        complain(failed.lines)
        return failed.code
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Whoever read stdout has seen enough; a flush at exit must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:  # noqa: BLE001
        return _told(error)
    return Exit.OK


def _told(error: Exception) -> int:
    failed = explain(error)
    if failed is not None:
        complain(failed.lines)
        return failed.code
    if os.environ.get("JEMBATAN_DEBUG"):
        raise error
    complain(
        [f"A mistake of Jembatan's own: {type(error).__name__}: {error}", "JEMBATAN_DEBUG=1 shows where."]
    )
    return Exit.MISTAKE


if __name__ == "__main__":
    main()
