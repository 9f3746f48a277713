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
