"""`docs/cli.md`, made of the commands' own help: `python -m cli.reference --write`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
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
    panel = ""
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        if command.rich_help_panel != panel:
            panel = command.rich_help_panel
            yield f"\n## {panel}\n"
        yield from _section(name, command)


def _section(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    usage = " ".join(["jembatan", name, *(_usage(one) for one in arguments)])
    yield f"\n### `{usage}`\n\n{command.help.strip()}\n"
    shown = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    if shown:
        yield "\n| option | |\n|---|---|\n" + "".join(map(_option, shown))
    for inner, sub in getattr(command, "commands", {}).items():
        yield from _section(f"{name} {inner}", sub)


def _usage(argument: Any) -> str:  # noqa: ANN401
    text = (argument.metavar or argument.name.upper()).strip("[]")
    return text if argument.required else f"[{text}]"


def _option(option: Any) -> str:  # noqa: ANN401
    names = ", ".join(f"`{name}`" for name in option.opts)
    metavar = f" {option.metavar}" if option.metavar else ""
    variable = f" Environment: `{option.envvar}`." if option.envvar else ""
    return f"| {names}{metavar} | {option.help or ''}{variable} |\n"


def main(arguments: list[str]) -> None:
    """Write the page, or without `--write` fail if it differs."""
    if arguments == ["--write"]:
        PAGE.write_text(page(), "utf-8")
    elif PAGE.read_text("utf-8") != page():
        raise Failed(Exit.NO, f"{PAGE.name} differs; run `python -m cli.reference --write`.")


if __name__ == "__main__":
    main(sys.argv[1:])
