"""Where a demo's platform lives: a fresh folder of its own beside that of `jembatan up`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import cli
from cli.demo.example import Example
from cli.embedded import supervisor
from cli.embedded.errors import EmbeddedError
from cli.embedded.runtime import NAME
from cli.exits import Exit, Failed

DEMO = "demo"
PROGRAMMES = "programmes"
CHAINS = "chains.toml"
ROOT = Path(cli.__file__).resolve().parents[1]
Say = Callable[[str], None]


def start(example: Example, folder: Path, say: Say) -> supervisor.Runtime:
    """A fresh platform in simulated time under `folder/demo`; what an earlier demo left there is removed."""
    home = folder / DEMO
    try:
        if supervisor.down(home, say=say):
            say("The demo that was kept before is stopped.")
        shutil.rmtree(home, ignore_errors=True)
        supervisor.up(home, _options(example), detach=True, say=say)
    except EmbeddedError as error:
        raise Failed(Exit.UNREACHABLE, str(error)) from error
    found = supervisor.read_runtime(home)
    if found is None:
        raise Failed(Exit.UNREACHABLE, f"The platform in {home} ended at once; see {home / 'logs'}.")
    return found


def _options(example: Example) -> supervisor.Options:
    own, chains = example.folder / PROGRAMMES, example.folder / CHAINS
    known = {"JEMBATAN_CHAINS": str(chains)} if chains.is_file() else {}
    return supervisor.Options(
        time="simulated",
        reporters=example.reporters,
        programmes=own if own.is_dir() else ROOT / PROGRAMMES,
        environment={"JEMBATAN_SECRET": example.file.secret} | known,
    )


def stop(folder: Path, say: Say, *, remove: bool) -> None:
    """End the demo's platform; its data and logs are removed, or left for whoever wants to know why."""
    supervisor.down(folder / DEMO, say=say)
    if remove:
        shutil.rmtree(folder / DEMO, ignore_errors=True)


def keep(folder: Path) -> None:
    """Let `folder` point to the demo's runtime.json, unless something else runs in `folder`."""
    pointer, target = folder / NAME, Path(DEMO) / NAME
    if pointer.exists() and pointer.resolve() != (folder / target).resolve():
        return
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(target)
