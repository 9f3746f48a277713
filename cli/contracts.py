"""`jembatan contracts`: writes or checks what is generated from the language; `contracts example TYPE`."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jembatan.contracts import asyncapi, schemas, topics_page
from jembatan.contracts.events import events
from jembatan.contracts.examples import example
from jembatan.contracts.registry import FACTS, REPORTS, EventType
from jembatan.contracts.schemas_compat import breaks
from jembatan.topology import load, topics

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = Path("shared/jembatan/contracts/schemas")
COMMAND = "jembatan contracts --write"


class ContractsError(ValueError):
    """What was asked for cannot be done; the message says what to do instead."""


@cache
def generated() -> Mapping[Path, str]:
    """Every generated file of the checkout, by its path from the root."""
    places = topics(load(), "compose", "broker")
    document = asyncapi.document(events(), places, version("jembatan"))
    files = {SCHEMAS / name: schemas.text_of(schema) for name, schema in _schemas().items()}
    return files | {
        Path("docs/asyncapi.yaml"): asyncapi.text_of(document),
        Path("docs/topics.md"): topics_page.page(events(), places),
    }


def check(root: Path = ROOT) -> list[str]:
    """What of the committed files differs from the language, one line each; empty if nothing."""
    wanted = generated()
    stale = [
        f"{path}: {'differs' if (root / path).exists() else 'is missing'}; run `{COMMAND}`"
        for path, text in wanted.items()
        if not _holds(root / path, text)
    ]
    extra = [f"{path}: no event has this schema; run `{COMMAND}`" for path in _unknown(root, wanted)]
    return stale + extra


def broken(root: Path = ROOT) -> list[str]:
    """What the language breaks for those who know the committed schemas, one line each."""
    before = schemas.read_schemas(root / SCHEMAS)
    after = _schemas()
    gone = [f"{name}: the event is gone" for name in before if name not in after]
    changed = [
        f"{name}{line}" for name in before.keys() & after.keys() for line in breaks(before[name], after[name])
    ]
    return gone + sorted(changed)


def write(root: Path = ROOT, *, breaking: bool = False) -> list[Path]:
    """Write what differs and give its paths; raises ContractsError for a breaking change unless allowed."""
    if not (root / "docs").is_dir() and not (root / SCHEMAS.parent).is_dir():
        raise ContractsError(f"{root} is no checkout of Jembatan; run this inside one")
    if not breaking and (faults := broken(root)):
        listed = "\n  ".join(faults)
        raise ContractsError(
            f"this breaks those who know the committed schemas:\n  {listed}\n"
            "Add only optional fields, or declare a new major version. --breaking writes it all the same."
        )
    wanted = generated()
    changed = [path for path, text in wanted.items() if not _holds(root / path, text)]
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(wanted[path], "utf-8")
    unknown = _unknown(root, wanted)
    for path in unknown:
        (root / path).unlink()
    return changed + unknown


def example_line(name: str) -> str:
    """A complete valid example as one line of JSON, by event name or CloudEvents type.

    A name that is both a report's and a fact's gives the report; `fact.` or `report.` before it chooses.
    """
    return example(_event(name)).value.decode()


@cache
def _schemas() -> dict[str, dict[str, Any]]:
    return schemas.schemas(events())


def _event(name: str) -> EventType:
    known = {event.type: event for event in events()}
    known |= {f"{event.kind}.{event.name}": event for event in known.values()}
    known |= FACTS | REPORTS
    if name not in known:
        near = get_close_matches(name, known, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "docs/topics.md lists them all."
        raise ContractsError(f"there is no event {name!r}; {hint}")
    return known[name]


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


def _unknown(root: Path, wanted: Mapping[Path, str]) -> list[Path]:
    found = (path.relative_to(root) for path in (root / SCHEMAS).glob("*.json"))
    return sorted(path for path in found if path not in wanted)
