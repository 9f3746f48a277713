"""`jembatan demo`: from a folder to its story, through a platform of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

from cli import places
from cli.demo import home
from cli.demo.example import Act, BadExample, Example
from cli.demo.loading import load
from cli.demo.player import Player, player
from cli.demo.private import reasons
from cli.demo.show import Json, Plain, Show
from cli.demo.stage import suits
from cli.demo.story.eligibility import eligibility
from cli.demo.story.known import Known
from cli.demo.story.lines import Line
from cli.demo.story.telling import tell
from cli.exits import Exit, Failed
from cli.options import HERE
from cli.output import safe, say
from jembatan.client import Event

DEFAULT = home.ROOT / "examples" / "new-brunswick"


def run(example_folder: Path | None, folder: Path, *, keep: bool, as_json: bool) -> None:
    """Play an example and tell it; Failed says what is wrong with it, or what did not come.

    The platform is stopped, unless it is to be kept and all went well; after a fault its logs are left.
    """
    example = loaded(example_folder or DEFAULT)
    told = False
    try:
        runtime = home.start(example, folder, say)
        asyncio.run(_told(example, runtime.kafka, runtime.postgres, Json() if as_json else Plain()))
        told = True
    finally:
        if not (told and keep):
            home.stop(folder, say, remove=told)
    if keep:
        home.keep(folder)
        _how_to_look(example, folder)


def run_on(kafka: str, postgres: str, example_folder: Path | None, *, as_json: bool) -> None:
    """Play an example on a platform that runs already; Failed also says why that one will not do."""
    example = loaded(example_folder or DEFAULT)
    asyncio.run(_on(example, kafka, postgres, Json() if as_json else Plain()))


async def _on(example: Example, kafka: str, postgres: str, show: Show) -> None:
    await suits(kafka, postgres)
    await _told(example, kafka, postgres, show)


def loaded(folder: Path) -> Example:
    """The example of a folder; Failed names every fault."""
    try:
        return load(folder)
    except BadExample as error:
        raise Failed(Exit.BAD_INPUT, *(safe(fault) for fault in error.faults)) from error


async def _told(example: Example, kafka: str, postgres: str, show: Show) -> None:
    known = Known()
    show.begin(example)
    async with player(kafka, postgres, example.sources) as playing:
        for number, act in enumerate(example.acts, start=1):
            show.act(number, act.heading)
            await _act(act, playing, known, show)
    show.end(known)


async def _act(act: Act, playing: Player, known: Known, show: Show) -> None:
    for scene in act.scenes:
        events = await playing.play(scene, known)
        show.lines(tell(events, known))
        show.lines(await _eligibility(events, playing, known))


async def _eligibility(events: Iterable[Event], playing: Player, known: Known) -> list[Line]:
    published = [event.subject for event in events if event.name == "round.published"]
    return [
        line for name in published for line in eligibility(name, known, await reasons(playing.database, name))
    ]


def _how_to_look(example: Example, folder: Path) -> None:
    found = places.runtime(folder) is not None
    where = folder if found else folder / home.DEMO
    option = "" if where == HERE else f" --folder {where}"
    say("The platform goes on running. To look at it:")
    say(f"  jembatan status{option}")
    say(f"  jembatan facts{option} --type 'offer.*'")
    if then := example.file.then:
        file = os.path.relpath(example.folder / then.file)
        say(then.text)
        say(f"  jembatan report {file}{option} --wait --tick {then.until:%Y-%m-%dT%H:%M:%SZ}")
    say(f"To stop it: jembatan down --folder {folder / home.DEMO}")
