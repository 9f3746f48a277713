"""`docs/cli.md`, made of the commands' own help: `python -m cli.reference --write`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from cli.exits import MEANING, Exit, Failed
from cli.main import app

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
HEAD = """# The command `jembatan`

Every reading command takes `--json`: one JSON object a line on stdout. Results go to stdout; progress,
warnings and errors to stderr. A command finds its platform by its options, else by `JEMBATAN_KAFKA` and
`JEMBATAN_POSTGRES`, else in `.jembatan/runtime.json` of the current folder, where `jembatan up` runs it.

This page is made of the commands' own help by `python -m cli.reference --write`.

## Exit codes

| code | name | meaning |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    codes = "".join(f"| {code.value} | {code.name} | {MEANING[code]} |\n" for code in Exit)
    return HEAD + codes + "".join(_panels())


def _panels() -> Iterator[str]:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    # Commands that have commands of their own come last in typer, whatever their panel.
    for panel in dict.fromkeys(one.rich_help_panel for one in commands.values()):
        yield f"\n## {panel}\n"
        for name, command in commands.items():
            if command.rich_help_panel == panel:
                yield from _section(name, command)


def _section(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    usage = " ".join(["jembatan", name, *(_usage(one) for one in arguments)])
    yield f"\n### `{usage}`\n\n{command.help.strip()}\n"
    shown = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    if arguments or shown:
        head = " or ".join(["argument"] * bool(arguments) + ["option"] * bool(shown))
        yield f"\n| {head} | |\n|---|---|\n" + "".join([*map(_argument, arguments), *map(_option, shown)])
    for inner, sub in getattr(command, "commands", {}).items():
        yield from _section(f"{name} {inner}", sub)


def _usage(argument: Any) -> str:  # noqa: ANN401
    text = (argument.metavar or argument.name.upper()).strip("[]")
    return text if argument.required else f"[{text}]"


def _argument(argument: Any) -> str:  # noqa: ANN401
    return _row(f"`{_usage(argument)}`", argument.help or "")


def _option(option: Any) -> str:  # noqa: ANN401
    names = ", ".join(f"`{name}`" for name in option.opts)
    metavar = f" {option.metavar}" if option.metavar else ""
    variable = f" Environment: `{option.envvar}`." if option.envvar else ""
    return _row(f"{names}{metavar}", f"{option.help or ''}{variable}{_default(option)}")


def _default(option: Any) -> str:  # noqa: ANN401
    """What can be chosen and what is chosen, where the help's own sentence does not say it."""
    value = option.default
    if value is None or option.is_flag or not option.show_default:
        return ""
    if isinstance(value, Enum):
        return f" One of {', '.join(f'`{one.value}`' for one in type(value))}. Default: `{value.value}`."
    return f" Default: `{f'{value:g}' if isinstance(value, float) else value}`."


def _row(name: str, text: str) -> str:
    # A bar within a cell would end it.
    cells = (cell.replace("|", "\\|") for cell in (name, text))
    return f"| {' | '.join(cells)} |\n"


def main(arguments: list[str]) -> None:
    """Write the page, or without `--write` fail if it differs."""
    if arguments == ["--write"]:
        PAGE.write_text(page(), "utf-8")
    elif PAGE.read_text("utf-8") != page():
        raise Failed(Exit.NO, f"{PAGE.name} differs; run `python -m cli.reference --write`.")


if __name__ == "__main__":
    main(sys.argv[1:])
