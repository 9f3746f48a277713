"""The example played in the embedded way: what the containers' facts are compared with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.scenarios.playing import jembatan

Say = Callable[[str], None]
Key = tuple[str, str, str]


def play(folder: Path, say: Say) -> Path:
    """Plays the example with an embedded platform under `folder`; gives the file of its facts."""
    file = folder / "facts.jsonl"
    try:
        done = jembatan("demo", "--keep", "--folder", str(folder))
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        told = jembatan("facts", "--json", "--folder", str(folder))
        assert told.returncode == 0, told.stderr[-3000:]
        file.write_text(told.stdout)
    finally:
        jembatan("down", "--folder", str(folder / "demo"))
    say("Played the example in the embedded way.")
    return file


def facts(lines: Iterable[str]) -> dict[Key, dict[str, Any]]:
    """Facts by type, subject and sequence, without what only says where in a topic their cause lies."""
    events = [json.loads(line) for line in lines if line.startswith("{")]
    return {(one["type"], one["subject"], one.get("sequence", "")): plain(one) for one in events}


def plain(event: dict[str, Any]) -> dict[str, Any]:
    """A fact's meaning: partitions and offsets differ with their number, and ids are made of them.

    Who started work first is counted first, and of two lanes that is whichever is read first: of a fact that
    follows one of matching's, who it was is left out.
    """
    cause = str(event.get("causetopic", ""))
    kept = ["source", "time", "dataschema", "data", "simulated", "causetopic"]
    kept += ["causationid"] if cause.endswith(".reports") else []
    kept += ["correlationid"] if cause != "matching.facts" else []
    return {name: event.get(name) for name in kept}
