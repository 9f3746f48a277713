"""`jembatan demo`: plays an example folder through a real platform, and tells what that said."""

from __future__ import annotations

from pathlib import Path

from cli.exits import Exit


def demo(example: Path | None, *, folder: Path, keep: bool = False, as_json: bool = False) -> Exit:
    """Play the example in `example` (New Brunswick's if None), its platform under `folder`.

    Raises Failed: the example is wrong (every fault named), the platform cannot start, or something that is
    expected did not come.
    """
    from cli.demo.command import run

    run(example, folder, keep=keep, as_json=as_json)
    return Exit.OK


def play_on(kafka: str, postgres: str, example: Path | None, *, as_json: bool = False) -> Exit:
    """Play the example on a platform that runs already, started with its reporters, and leave that as it is.

    Raises Failed as `demo` does, and for a platform that keeps the broker's time or has facts already.
    """
    from cli.demo.command import run_on

    run_on(kafka, postgres, example, as_json=as_json)
    return Exit.OK
