"""Events as lines that a person reads, and as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from cli.output import instant, safe
from jembatan.client import Event
from jembatan.contracts.refusal import Reason, Refusal

WIDE = 60
WIDEST = 240


def line(event: Event) -> str:
    """One event on one line; a refusal's reasons follow on lines of their own."""
    head = f"{instant(event.at)}  {title(event)}"
    return "\n".join((head, *reasons(event.data.reasons))) if isinstance(event.data, Refusal) else head


def title(event: Event) -> str:
    """What happened to whom, without the time."""
    if isinstance(event.data, Refusal):
        report = event.data.report
        what = (report.type or "a record").removeprefix("org.jembatan.report.").removesuffix(".v1")
        return safe(
            f"refused  {what}  {event.subject}  id {report.id or 'unknown'} of {report.source or 'unknown'}"
        )
    number = f"  #{event.sequence}" if event.sequence else ""
    return safe(f"{event.name}  {event.subject}{number}  {details(event.data)}".rstrip())


def reasons(found: Iterable[Reason]) -> list[str]:
    """A refusal's reasons, a line each."""
    return [safe(f"    {one.code}  {one.pointer or '/'}  {one.detail}") for one in found]


def details(data: BaseModel | None) -> str:
    """What a fact changed and added, or what a report says, shortly."""
    if data is None:
        return ""
    state = getattr(data, "state", None)
    changed = [(name, getattr(state, name, None)) for name in getattr(data, "changed", ()) if name != "id"]
    own = [
        (name, getattr(data, name)) for name in type(data).model_fields if name not in ("state", "changed")
    ]
    said = [(name, value) for name, value in own if value not in (None, ())]
    text = ", ".join(f"{name} {short(value)}" for name, value in (*changed, *said))
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def short(value: object) -> str:
    """A value in at most 60 characters."""
    plain = _plain(value)
    text = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    return text if len(text) <= WIDE else f"{text[: WIDE - 1]}…"


def _plain(value: object) -> object:
    """JSON values, without fields that are null."""
    return to_jsonable_python(value, exclude_none=True)


def as_json(event: Event) -> dict[str, Any]:
    """The event as a CloudEvents object, in whichever mode it came."""
    found: dict[str, Any] = json.loads(event.envelope.model_dump_json(exclude_none=True, exclude={"data"}))
    found["data"] = event.data.model_dump(mode="json") if event.data is not None else None
    return found


def placed_json(event: Event) -> dict[str, Any]:
    """The event with where it lies."""
    record = event.record
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "event": as_json(event),
    }
